package gate

import (
	"time"

	"spillway/engine"
)

// longestPause is what a longer pause is cut to.
const longestPause = 24 * time.Hour

// longestHint is the most that a target's own retry-after adds to a pause.
const longestHint = 2 * time.Minute

// Cause says why a gate was paused.
type Cause struct {
	Policy    string          // the policy that asked for it
	At        engine.Position // the return statement of its decision
	Because   string          // in the policy's words
	RequestID string          // the request it decided
	Operator  bool            // a person did it
	Keys      bool            // nobody did it: no key of the target may be used
}

// pause is a circuit breaker: open; paused until a moment; then due for a probe; then probing. The zero value is open.
type pause struct {
	shut   bool // not open
	until  instant
	length time.Duration
	cause  Cause
	inARow int     // pauses since a probe last succeeded
	probe  *Permit // the probe that is out
	failed string  // the request whose probe failed last: it may lengthen the pause that followed
}

func (p *pause) open() bool { return !p.shut }

// left is how long the pause goes on; 0 when open, due or probing.
func (p *pause) left(now instant) time.Duration {
	if !p.shut || p.probe != nil {
		return 0
	}
	return max(0, p.until-now)
}

// begin pauses an open gate, and says whether it did. A shut one stays as it is, except that an operator and the
// request whose probe has just failed may move its end further away.
func (p *pause) begin(now instant, d time.Duration, why Cause) bool {
	d = min(d, longestPause)
	if !p.shut {
		*p = pause{shut: true, until: now + d, length: d, cause: why, inARow: 1}
		return true
	}
	may := why.Operator || why.RequestID != "" && why.RequestID == p.failed
	if may && p.probe == nil && now+d > p.until {
		p.until, p.length, p.cause, p.failed = now+d, d, why, ""
	}
	return false
}

// take makes permit the probe, if one is due.
func (p *pause) take(permit *Permit) bool {
	if p.shut {
		p.probe = permit
	}
	return p.shut
}

// end opens the gate: the probe committed.
func (p *pause) end() { *p = pause{} }

// again pauses the gate as long as before, or longer if the target asked for that: the probe failed by the target's doing.
func (p *pause) again(now instant, atLeast time.Duration) {
	p.length = max(p.length, min(atLeast, longestHint))
	p.until = now + p.length
	p.failed = p.probe.request
	p.probe = nil
	p.inARow++
}

// handOn gives the probe back, to be taken by the next request.
func (p *pause) handOn() { p.probe = nil }

// finish ends the time of a pause: a probe is due.
func (p *pause) finish(now instant) { p.until = min(p.until, now) }

// Pause closes a gate for d, or, if k.Model is "", the whole target with every gate it has and will have. When the
// pause ends one probe goes first. Requests in flight go on; requests in line that could not outlast the pause are
// refused. Durations of 0 or less do nothing; a day is the most.
//
// A gate that is closed already, be it paused or waiting for its probe, stays as it is: a pause is neither shortened
// nor restarted. A failed probe pauses the gate again for as long as before. Two may then move the end further away:
// an operator, and the request whose probe failed (why.RequestID is its [Visit].Request). So a policy answers
// repeated failures with longer pauses.
func (g *Gates) Pause(k Key, d time.Duration, why Cause) {
	if d <= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if k.Model != "" {
		gt := g.gate(k)
		if gt.pause.begin(now, d, why) {
			gt.restart(now)
		}
		gt.dismiss(now)
		return
	}
	t := g.target(k.Target)
	begun := t.pause.begin(now, d, why)
	for _, gt := range t.gates {
		if begun {
			gt.restart(now)
		}
		gt.dismiss(now)
	}
}

// Resume ends the pause of a gate, or of a whole target and all its gates, at once: the next request is the probe.
// It does nothing to what is not paused.
func (g *Gates) Resume(k Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.targets[k.Target]
	if t == nil {
		return
	}
	now := g.now()
	if k.Model == "" {
		t.pause.finish(now)
	}
	for _, gt := range t.gates {
		if k.Model == "" || gt.key == k {
			gt.pause.finish(now)
			gt.serve(now)
		}
	}
}
