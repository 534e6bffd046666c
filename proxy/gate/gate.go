package gate

import (
	"time"

	"spillway/engine"
)

// probeGuess is the forecast for a gate whose probe is out.
const probeGuess = time.Second

// gate admits requests to one target and model.
type gate struct {
	gates  *Gates
	key    Key
	target *target
	pause  pause
	limit  limit
	line   line
	alarm  func() // stops the timer that wakes the line when a pause ends; nil when none is set

	// Each pause starts a generation. What was sent before it goes on, but counts neither against the limit nor in
	// the gate's judgement of the target.
	generation int
	inFlight   int // of all generations
	fresh      int // of this generation
	answering  int // of this generation, committed

	overloads  int // consecutive
	window     window
	rateLimits engine.RateLimits
	mismatches int
	limitsRead instant // when rateLimits was noted; 0 = never
	used       instant
}

func newGate(g *Gates, k Key, t *target) *gate {
	gt := &gate{gates: g, key: k, target: t, limit: newLimit()}
	if !t.pause.open() {
		gt.limit.restart(0)
	}
	return gt
}

// idle says whether nobody would miss the gate now.
func (gt *gate) idle(now instant) bool {
	return gt.inFlight == 0 && gt.line.requests == 0 && gt.pause.left(now) == 0
}

// pausedFor is how long the gate's pause and its target's go on, and no key may be used; 0 when nothing of that holds.
func (gt *gate) pausedFor(now instant) time.Duration {
	return max(gt.pause.left(now), gt.target.pause.left(now), gt.target.keyless(gt.key.Model, now))
}

// closedBy says in words what holds requests up, for clients too.
func (gt *gate) closedBy(now instant) string {
	if gt.target.keyless(gt.key.Model, now) > max(gt.pause.left(now), gt.target.pause.left(now)) {
		return "no key of the target may be used now: " + gt.target.whyKeyless(gt.key.Model, now)
	}
	return "the gate is paused"
}

// probing says whether a probe is out.
func (gt *gate) probing() bool { return gt.pause.probe != nil || gt.target.pause.probe != nil }

// closed says whether an ordinary request would be held up now by a pause or a probe.
func (gt *gate) closed(now instant) bool { return gt.probing() || gt.pausedFor(now) > 0 }

// room is how many requests may be in flight.
func (gt *gate) room() int {
	return min(gt.limit.ceiling, int(gt.limit.size)+gt.inFlight-gt.fresh)
}

// passable says whether another request may pass now.
func (gt *gate) passable(now instant) bool { return !gt.closed(now) && gt.inFlight < gt.room() }

// opensIn forecasts when a pause or probe will hold up no more.
func (gt *gate) opensIn(now instant) time.Duration {
	if left := gt.pausedFor(now); left > 0 || !gt.probing() {
		return left
	}
	return probeGuess
}

// waitFor forecasts how long it takes at best until n requests have left an open gate: its limit doubles each round trip up
// to its ceiling, as it does when all goes well. 0 when unknown. A forecast turns requests away, so it must not be gloomy.
func (gt *gate) waitFor(n int, now instant) time.Duration {
	rounds, room := 0, max(1, gt.room())
	for ; n >= room && room < gt.limit.ceiling; rounds++ {
		n -= room
		room = min(2*room, gt.limit.ceiling)
	}
	return gt.window.stay(now) * time.Duration(rounds+n/room)
}

// admit lets a request pass; as the probe, if one is due.
func (gt *gate) admit(v *Visit, now instant) *Permit {
	p := &Permit{gate: gt, request: v.Request, paid: v.paid, generation: gt.generation, began: now}
	if c := gt.target.choose(gt.key.Model, v.Tried, now); c != nil {
		gt.target.sends++
		p.credential, c.lastSend = c, gt.target.sends
		c.inFlight++
		c.sends++
	}
	p.probe = gt.pause.take(p)
	p.probe = gt.target.pause.take(p) || p.probe
	gt.inFlight++
	gt.fresh++
	gt.window.admit(now, gt.fresh)
	return p
}

// serve lets pass those in line who now may. It follows every change that could let one pass.
func (gt *gate) serve(now instant) {
	if gt.line.requests == 0 {
		return
	}
	for gt.line.requests > 0 && gt.passable(now) {
		w := gt.next(now)
		w.quit()
		w.call(gt.admit(&w.visit, now), nil)
	}
	gt.setAlarm(now)
}

// next chooses who of the line passes. The probe is who has the most time to wait for its result: of those at the head of a line
// many have hardly any, and would tell nothing of the target.
func (gt *gate) next(now instant) *waiter {
	if gt.pause.open() && gt.target.pause.open() {
		return gt.line.next(now)
	}
	return gt.line.patient()
}

// dismiss refuses those in line who would have to leave before the pause ends.
func (gt *gate) dismiss(now instant) {
	left := gt.pausedFor(now)
	if left == 0 {
		return
	}
	for _, w := range gt.line.leaving(now + left) {
		w.quit()
		reason := engine.ReasonPaused
		if w.bound {
			reason = engine.ReasonDeadline
		}
		w.call(nil, w.refuse(reason, left, gt.closedBy(now)))
	}
	gt.setAlarm(now)
}

// restart begins a generation.
func (gt *gate) restart(now instant) {
	gt.generation++
	gt.fresh, gt.answering = 0, 0
	gt.limit.restart(gt.window.peak(now))
}

// setAlarm sees to it that the end of a pause wakes the line. Only an empty line stops the alarm: at the very end of a
// pause it may be about to ring.
func (gt *gate) setAlarm(now instant) {
	switch left := gt.pausedFor(now); {
	case gt.line.requests > 0 && left > 0 && gt.alarm == nil:
		gt.alarm = gt.gates.clock.AfterFunc(left, gt.ring)
	case gt.line.requests == 0 && gt.alarm != nil:
		gt.alarm()
		gt.alarm = nil
	}
}

// ring wakes the line. When the pause was lengthened meanwhile it rings again later.
func (gt *gate) ring() {
	gt.gates.mu.Lock()
	defer gt.gates.mu.Unlock()
	gt.alarm = nil
	now := gt.gates.now()
	gt.serve(now)
	gt.setAlarm(now)
}
