package gate

import "time"

// Permit is an admitted request. Its methods are safe for concurrent use.
//
// Its life: exactly one of Commit and Fail, then Release when the exchange is over. Repeated calls do nothing.
type Permit struct {
	gates      *Gates
	gate       *gate
	request    string
	generation int
	began      instant
	probe      bool
	settled    bool // Commit or Fail was called
	released   bool
}

// Failure is how a send failed.
type Failure struct {
	Kind FailureKind
	// RetryAfter is how long the target asked to wait; 0 when it did not say. It is a hint: after a failed probe the
	// gate stays paused for at least as long.
	RetryAfter time.Duration
}

// FailureKind says whose doing a failure is.
type FailureKind uint8

// The kinds of failure.
const (
	ClientGone   FailureKind = iota // the client hung up; says nothing of the target
	RequestFault                    // the target rejected this request as such (4xx)
	TargetFault                     // the target or the way to it failed
	Overload                        // the target has no capacity, or none for this credential now
)

// Probe says whether this request is the one that tries the target after a pause.
func (p *Permit) Probe() bool { return p.probe }

// Commit tells that the answer's first content has arrived, firstContent after the send.
func (p *Permit) Commit(firstContent time.Duration) {
	p.gates.mu.Lock()
	defer p.gates.mu.Unlock()
	if p.settled {
		return
	}
	p.settled = true
	gt := p.gate
	gt.window.commit(p.gates.now(), firstContent)
	for _, breaker := range [...]*pause{&gt.pause, &gt.target.pause} {
		if breaker.probe == p {
			breaker.end()
		}
	}
	if p.generation == gt.generation {
		gt.overloads = 0
	}
}

// Fail tells that the send came to nothing.
func (p *Permit) Fail(f Failure) {
	p.gates.mu.Lock()
	defer p.gates.mu.Unlock()
	p.fail(f)
}

func (p *Permit) fail(f Failure) {
	if p.settled {
		return
	}
	p.settled = true
	gt, now := p.gate, p.gates.now()
	gt.window.fail(now, f.Kind)
	for _, breaker := range [...]*pause{&gt.pause, &gt.target.pause} {
		switch {
		case breaker.probe != p:
		case f.Kind == Overload || f.Kind == TargetFault:
			breaker.repeat(now, f.RetryAfter)
		default:
			breaker.hand()
		}
	}
	if f.Kind == Overload && p.generation == gt.generation {
		gt.overloads++
	}
}

// Release tells that the exchange is over. Without a Commit or Fail before, the client is taken to be gone.
func (p *Permit) Release() {
	p.gates.mu.Lock()
	defer p.gates.mu.Unlock()
	if p.released {
		return
	}
	p.fail(Failure{Kind: ClientGone})
	p.released = true
	p.gate.inFlight--
}
