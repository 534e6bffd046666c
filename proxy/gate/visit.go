package gate

import (
	"math"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
)

// longestQueue is what a longer stay in line is cut to.
const longestQueue = 24 * time.Hour

// never is when something happens that does not.
const never instant = math.MaxInt64

// Visit is what a request says of itself at a gate.
type Visit struct {
	// Request is the request's id. The request whose probe failed may lengthen the pause; see [Gates.Pause].
	Request string
	// Client is who shares the line fairly with other clients; "" is a client too.
	Client string
	// Priority is the lane to stand in; "" is normal.
	Priority engine.Priority
	// Tokens is the request's estimated input.
	Tokens int
	// Queue is how long the request may stand in line; 0 or less = not at all, and a day is the most.
	Queue time.Duration
	// Deadline is when an admission would come too late; zero = never.
	Deadline time.Time
	// Began is since when the request's age counts in line; zero = now.
	Began time.Time
	// Gone fires when the client hangs up; nil = never.
	Gone *clock.Signal
	// Resend says that the request was sent to this target before, or is a hedge: it spends the retry budget.
	Resend bool
	// Tried are the target's keys, by their fingerprints, that have failed this request: it is sent with another, if one may be used.
	Tried []string
	// MaxConcurrency is the most requests that the gate lets be at the target at once; 0 or less = 1,024.
	MaxConcurrency int

	paid instant // when it spent some of the retry budget; never = it did not
}

// Refusal says why a request may not be sent now.
type Refusal struct {
	// Reason is paused, queue_timeout, queue_full, budget or deadline; "" when the client has Gone.
	Reason engine.Reason
	// OpensIn forecasts when a request might pass; 0 when unknown.
	OpensIn time.Duration
	// Gone says that the client hung up while the request stood in line.
	Gone bool
	// Message says the same in words.
	Message string
}

// Enter asks for admission to a gate. Exactly one of the results is nil.
//
// It blocks in [clock.Clock.Wait] alone, for at most v.Queue. A request that cannot pass in the time it has, because
// the pause goes on for longer or too many stand before it, is refused at once. The caller must release the permit.
func (g *Gates) Enter(k Key, v Visit) (*Permit, *Refusal) {
	permit, refusal, w := g.arrive(k, v)
	if w == nil {
		return permit, refusal
	}
	return w.stand()
}

// arrive admits, refuses, or puts in line.
func (g *Gates) arrive(k Key, v Visit) (*Permit, *Refusal, *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	gt := g.gate(k)
	gt.used = now
	gt.limit.cap(v.MaxConcurrency)
	v.paid = never
	if v.Resend {
		if !gt.target.budget.spend(now, g.settings.RetryBudget) {
			return nil, &Refusal{Reason: engine.ReasonBudget, Message: "the target's retry budget is spent"}, nil
		}
		v.paid = now
	}
	deadline := g.deadline(v)
	gt.serve(now) // a raised ceiling, or a pause that ends this very moment, lets those in line go first
	if gt.line.requests == 0 && gt.passable(now) && now < deadline {
		return gt.admit(&v, now), nil, nil
	}
	w := newWaiter(gt, v, now, deadline)
	if r := w.hopeless(now, deadline); r != nil {
		return nil, r, nil
	}
	w.join(now)
	return nil, nil, w
}

// deadline is the visit's deadline on the gates' own scale.
func (g *Gates) deadline(v Visit) instant {
	if v.Deadline.IsZero() {
		return never
	}
	return v.Deadline.Sub(g.epoch)
}
