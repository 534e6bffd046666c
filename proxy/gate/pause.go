package gate

import (
	"time"

	"spillway/engine"
)

// longestPause is what a longer pause is cut to.
const longestPause = 24 * time.Hour

// Cause says why a gate was paused.
type Cause struct {
	Policy    string          // the policy that asked for it
	At        engine.Position // the return statement of its decision
	Because   string          // in the policy's words
	RequestID string          // the request it decided
	Operator  bool            // a person did it
}

// pause is a circuit breaker: open, paused until a moment, then due for a probe, then probing. The zero value is open.
type pause struct {
	closed bool
	until  instant
	length time.Duration
	cause  Cause
	inARow int     // pauses since a probe last succeeded
	probe  *Permit // the probe that is out
	failed string  // the request whose probe failed last: it alone may lengthen the pause that followed
}

func (p *pause) open() bool { return !p.closed }

// left is how long the pause goes on; 0 when open, due or probing.
func (p *pause) left(now instant) time.Duration {
	if !p.closed || p.probe != nil {
		return 0
	}
	return max(0, p.until-now)
}

// begin closes an open gate, and says whether it did. A closed one stays as it is, except that an operator and the
// request whose probe has just failed may move its end further away.
func (p *pause) begin(now instant, d time.Duration, why Cause) bool {
	d = min(d, longestPause)
	if p.closed {
		if p.probe == nil && (why.Operator || why.RequestID != "" && why.RequestID == p.failed) && now+d > p.until {
			p.until, p.length, p.cause, p.failed = now+d, d, why, ""
		}
		return false
	}
	p.closed, p.until, p.length, p.cause, p.failed = true, now+d, d, why, ""
	p.inARow++
	return true
}

// take makes permit the probe, if one is due.
func (p *pause) take(permit *Permit) bool {
	if p.closed {
		p.probe = permit
	}
	return p.closed
}

// end opens the gate: the probe committed.
func (p *pause) end() { *p = pause{} }

// repeat closes the gate again: the probe failed, by the target's doing.
func (p *pause) repeat(now instant, atLeast time.Duration) {
	p.until = now + max(p.length, min(atLeast, longestPause))
	p.failed = p.probe.request
	p.probe = nil
	p.inARow++
}

// hand gives the probe back, to be taken by the next request.
func (p *pause) hand() { p.probe = nil }

// Pause closes a gate for d, or the whole target and every gate it will have, if k.Model is "". When the pause ends
// one probe goes first. Requests in flight go on. Durations of 0 or less do nothing; a day is the most.
//
// A gate that is closed already, be it paused or waiting for its probe, stays as it is: the pause is neither
// shortened nor restarted. Two may move its end further away: an operator, and the request whose probe failed last
// (why.RequestID is its [Visit].Request), so that a policy can answer repeated failures with longer pauses.
func (g *Gates) Pause(k Key, d time.Duration, why Cause) {
	if d <= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if k.Model == "" {
		t := g.target(k.Target)
		if t.pause.begin(now, d, why) {
			for _, gt := range t.gates {
				gt.generation++
			}
		}
		return
	}
	if gt := g.gate(k); gt.pause.begin(now, d, why) {
		gt.generation++
	}
}

// Resume ends a pause at once: the next request is the probe. It does nothing to a gate that is not paused.
func (g *Gates) Resume(k Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if k.Model == "" {
		if t := g.targets[k.Target]; t != nil {
			t.pause.until = min(t.pause.until, now)
		}
		return
	}
	if gt := g.gates[k]; gt != nil {
		gt.pause.until = min(gt.pause.until, now)
	}
}
