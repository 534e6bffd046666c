package gate

import "time"

// Permit is an admitted request. Its methods are safe for concurrent use.
//
// Its life: exactly one of Commit and Fail, then Release when the exchange is over. Calls out of turn do nothing.
type Permit struct {
	gate       *gate
	request    string
	paid       instant // as the visit's
	generation int
	began      instant
	probe      bool
	stage      stage
	credential *credential // nil when the target has no key of its own
}

// stage is how far an exchange has come.
type stage uint8

const (
	sent      stage = iota
	answering       // committed
	over
)

// Failure is how a send failed.
type Failure struct {
	Kind FailureKind
	// RetryAfter is how long the target asked to wait; 0 when it did not say. It is a hint: after a failed probe the
	// gate stays paused for at least as long, up to two minutes.
	RetryAfter time.Duration
}

// FailureKind says whose doing a failure is.
type FailureKind uint8

// The kinds of failure.
const (
	ClientGone   FailureKind = iota // the client hung up; says nothing of the target
	Unsent                          // nothing was sent; says nothing, and costs no retry
	RequestFault                    // the target rejected this request as such (4xx)
	OutOfTime                       // the request's own time ended before the target answered
	TargetFault                     // the target or the way to it failed
	Overload                        // the target has no capacity, or none for this credential now
)

// Probe says whether this request is the one that tries the target after a pause.
func (p *Permit) Probe() bool { return p.probe }

// Commit tells that the answer's first content has arrived, firstContent after the send. A probe opens its gate.
func (p *Permit) Commit(firstContent time.Duration) {
	gt := p.gate
	gt.gates.mu.Lock()
	defer gt.gates.mu.Unlock()
	if p.stage != sent {
		return
	}
	p.stage = answering
	now := gt.gates.now()
	gt.window.commit(now, firstContent)
	gt.target.budget.earn(now)
	if p.credential != nil {
		p.credential.proven, p.credential.refusals = true, 0
	}
	p.judge(now, (*pause).end)
	if p.generation == gt.generation {
		gt.overloads = 0
		gt.answering++
		gt.limit.grow(now, gt.answering)
	}
	p.serve(now)
}

// Fail tells that the send came to nothing, and ends the exchange. A probe that failed by the target's doing pauses
// its gate again; any other failed probe is handed on to the next request at once. A request that ran out of time counts as a
// fault of the target, but is no verdict on it: it may have had a moment only.
func (p *Permit) Fail(f Failure) {
	p.gate.gates.mu.Lock()
	defer p.gate.gates.mu.Unlock()
	if p.stage == sent {
		p.fail(f, p.gate.gates.now())
	}
}

// Release tells that the exchange is over. Without a Commit or Fail before, the client is taken to be gone.
func (p *Permit) Release() {
	p.gate.gates.mu.Lock()
	defer p.gate.gates.mu.Unlock()
	p.release(p.gate.gates.now())
}

func (p *Permit) release(now instant) {
	switch p.stage {
	case sent:
		p.fail(Failure{Kind: ClientGone}, now)
	case answering:
		p.leave(now)
		p.serve(now)
	}
}

func (p *Permit) fail(f Failure, now instant) {
	gt := p.gate
	gt.window.fail(now, f.Kind)
	inFlight := gt.fresh
	p.leave(now)
	if f.Kind == Unsent {
		gt.target.budget.refund(p.paid)
	}
	switch f.Kind {
	case Overload, TargetFault:
		p.judge(now, func(b *pause) { b.again(now, f.RetryAfter) })
	default:
		p.judge(now, (*pause).handOn)
	}
	if f.Kind == Overload && p.generation == gt.generation && !gt.limit.stale(p.began) {
		gt.overloads++
		if !p.probe {
			gt.limit.shrink(overload{now, gt.overloads, inFlight, gt.answering})
		}
	}
	p.serve(now)
}

// leave gives the request's place back.
func (p *Permit) leave(now instant) {
	gt := p.gate
	gt.window.leave(now, now-p.began)
	gt.inFlight--
	if p.credential != nil {
		p.credential.inFlight--
	}
	if p.generation == gt.generation {
		gt.fresh--
		if p.stage == answering {
			gt.answering--
		}
	}
	p.stage = over
}

// judge gives the verdict to the breakers whose probe this is: the gate's, its target's, both or none.
func (p *Permit) judge(now instant, verdict func(*pause)) {
	if !p.probe {
		return
	}
	t := p.gate.target
	for _, b := range [...]*pause{&p.gate.pause, &t.pause} {
		if b.probe == p {
			verdict(b)
		}
	}
	for _, gt := range t.gates {
		gt.limit.reopen(now)
	}
}

// serve lets pass those whom the change may have let pass; a probe's result may do so at all gates of the target.
func (p *Permit) serve(now instant) {
	if !p.probe {
		p.gate.serve(now)
		return
	}
	for _, gt := range p.gate.target.gates {
		gt.dismiss(now)
		gt.serve(now)
	}
}
