package gate

import (
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
)

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
	// Queue is how long the request may stand in line; 0 or less = not at all.
	Queue time.Duration
	// Deadline is when an admission would come too late; zero = never.
	Deadline time.Time
	// Began is since when the request's age counts; zero = now.
	Began time.Time
	// Gone fires when the client hangs up; nil = never.
	Gone *clock.Signal
	// Resend says that the request was sent to this target before, or is a hedge: it spends the retry budget.
	Resend bool
	// MaxConcurrency is how many requests the target takes at once for this model; 0 or less = 1,024.
	MaxConcurrency int
}

// Refusal says why a request may not be sent now.
type Refusal struct {
	// Reason is paused, queue_timeout, queue_full, budget or deadline; "" when the client has Gone.
	Reason engine.Reason
	// OpensIn forecasts when a request might pass; 0 when unknown.
	OpensIn time.Duration
	// Gone says that the client hung up while it stood in line.
	Gone bool
	// Message says the same in words.
	Message string
}

// Enter asks for admission to a gate. Exactly one of the results is nil.
//
// It blocks in [clock.Clock.Wait] alone, for at most v.Queue. The caller must release the permit.
func (g *Gates) Enter(k Key, v Visit) (*Permit, *Refusal) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	gt := g.gate(k)
	gt.used = now
	if gt.pausedFor(now) > 0 || gt.probing() {
		return nil, &Refusal{Reason: engine.ReasonPaused, OpensIn: gt.pausedFor(now), Message: "the gate is paused"}
	}
	return gt.admit(g, v, now), nil
}
