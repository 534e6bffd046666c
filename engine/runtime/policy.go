// Package runtime runs programs in pooled runtimes.
package runtime

import (
	"time"

	"spillway/engine"
	"spillway/engine/script"
)

// Limits bound what a policy may cost.
type Limits struct {
	// Decide is how long one decision may take; 0 = 20 ms.
	Decide time.Duration
	// Abandons is how many calls in a row may have to be abandoned before the policy is benched; 0 = 3.
	Abandons int
}

// Stats counts the runtimes of a policy.
type Stats struct {
	Born      int64 // runtimes made since the start
	Idle      int   // waiting for a call
	Abandoned int64 // given up since the start, with a call that could not be interrupted
	Stuck     int   // of these, still running
	Benched   bool  // the policy is not called at present
}

// Policy is a program ready to decide. It is safe for concurrent use.
type Policy struct {
	program *script.Program
}

// New runs the program once, checks the shape of its default export, and is ready to decide.
func New(p *script.Program, env engine.Environment, limits Limits) (*Policy, *engine.Fault) {
	return &Policy{program: p}, nil
}

// Name is the policy's name.
func (p *Policy) Name() string { return p.program.Name() }

// OnError is what the policy wants done when it gives no valid action.
func (p *Policy) OnError() engine.OnError { return engine.OnErrorPassthrough }

// Decide asks the policy.
func (p *Policy) Decide(in engine.Input) engine.Decision { return engine.Decision{} }

// DecideFresh asks the policy in a runtime that has never been used.
func (p *Policy) DecideFresh(in engine.Input) engine.Decision { return engine.Decision{} }

// Stats counts the policy's runtimes.
func (p *Policy) Stats() Stats { return Stats{} }

// Close lets idle runtimes go once calls in flight have returned.
func (p *Policy) Close() {}

// Table is the default export of a test module as a JSON-like value: maps, slices, strings, float64s, bools and nil.
func Table(p *script.Program) (any, *engine.Fault) { return nil, nil }
