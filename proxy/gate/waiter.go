package gate

import (
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
)

// waiter is a request that did not pass at once.
type waiter struct {
	gate   *gate
	visit  Visit
	since  instant // when its age began
	leave  instant // when it leaves the line at the latest
	bound  bool    // it is the deadline that makes it leave
	until  instant // its deadline
	order  int     // of joining the line
	rank   int     // the lane it stands in
	lifted int     // how many steps of age were counted
	due    instant // when it moves up a lane
	flow   *flow
	inFlow int // its place in the flow
	inAges int // its place among the ages

	called  clock.Signal // permit or refusal is set
	permit  *Permit
	refusal *Refusal
}

func newWaiter(gt *gate, v Visit, now, deadline instant) *waiter {
	w := &waiter{gate: gt, visit: v, since: now, leave: now + min(max(0, v.Queue), longestQueue), until: deadline, rank: rank(v.Priority)}
	if !v.Began.IsZero() {
		w.since = min(now, v.Began.Sub(gt.gates.epoch))
	}
	if deadline <= w.leave {
		w.leave, w.bound = deadline, true
	}
	return w
}

// hopeless is the refusal of a request for which standing in line is not allowed or cannot help; nil if it may stand.
func (w *waiter) hopeless(now, deadline instant) *Refusal {
	gt, g := w.gate, w.gate.gates
	paused := gt.pausedFor(now)
	ahead := gt.line.ahead(w)
	forecast := paused + gt.waitFor(ahead, now)
	switch {
	case deadline <= now || w.visit.Queue > 0 && forecast > deadline-now:
		why := "the wait does not fit into the time left"
		if paused > 0 {
			why = gt.closedBy(now) + ", and " + why
		}
		return w.refuse(engine.ReasonDeadline, forecast, why)
	case paused > w.leave-now:
		return w.refuse(engine.ReasonPaused, paused, gt.closedBy(now))
	case w.visit.Queue <= 0 && gt.probing():
		return w.refuse(engine.ReasonPaused, probeGuess, "the gate waits for its probe")
	case w.visit.Queue <= 0:
		return w.refuse(engine.ReasonQueueFull, gt.waitFor(ahead+1, now), "the gate is at its limit, and the request may not stand in line")
	case g.requests >= g.settings.QueueRequests || g.tokens+w.visit.Tokens > g.settings.QueueTokens:
		return w.refuse(engine.ReasonQueueFull, gt.waitFor(ahead+1, now), "the line is full")
	}
	return nil
}

// join puts the waiter in line.
func (w *waiter) join(now instant) {
	w.gate.line.join(w)
	w.gate.gates.requests++
	w.gate.gates.tokens += w.visit.Tokens
	w.gate.setAlarm(now)
}

// quit takes the waiter out of the line.
func (w *waiter) quit() {
	w.gate.line.quit(w)
	w.gate.gates.requests--
	w.gate.gates.tokens -= w.visit.Tokens
}

// call ends the waiter's stay.
func (w *waiter) call(p *Permit, r *Refusal) {
	w.permit, w.refusal = p, r
	w.called.Fire()
}

// stand blocks until the waiter is called, its time is up or its client hangs up.
func (w *waiter) stand() (*Permit, *Refusal) {
	g := w.gate.gates
	woken := g.clock.Wait(w.leave-g.now(), &w.called, w.visit.Gone)
	g.mu.Lock()
	defer g.mu.Unlock()
	gone := woken == 1
	switch now := g.now(); {
	case gone && w.permit != nil: // called and hung up at the same moment
		w.permit.release(now)
	case w.permit != nil || w.refusal != nil:
		return w.permit, w.refusal
	default:
		w.quit()
		w.gate.setAlarm(now)
	}
	return nil, w.expire(g.now(), gone)
}

// expire is the refusal of a waiter whose stay ended without a call.
func (w *waiter) expire(now instant, gone bool) *Refusal {
	switch opensIn := w.gate.opensIn(now); {
	case gone:
		r := w.refuse("", 0, "the client hung up")
		r.Gone = true
		return r
	case w.bound:
		return w.refuse(engine.ReasonDeadline, opensIn, "the deadline passed in line")
	default:
		return w.refuse(engine.ReasonQueueTimeout, opensIn, "no place became free in the time allowed in line")
	}
}

// refuse makes a refusal, and gives back what the request took of the retry budget.
func (w *waiter) refuse(why engine.Reason, opensIn time.Duration, message string) *Refusal {
	w.gate.target.budget.refund(w.visit.paid)
	if opensIn > 0 && opensIn < longestPause {
		message += ", which may take " + opensIn.Round(100*time.Millisecond).String()
	}
	return &Refusal{Reason: why, OpensIn: opensIn, Message: message}
}
