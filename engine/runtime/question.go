package runtime

import (
	"slices"

	"spillway/engine"
)

// question is one thing that a policy may look at. It can be asked again of another input, without the policy. Questions are
// compared with ==.
type question struct {
	of            asked
	field         int    // of the shape, where there is one
	place         int    // of an attempt
	target, model string // of a gate's health; target is a counter's name
}

// asked says whose field a question is about.
type asked int

const (
	ofNothing asked = iota // the zero value: what cannot be asked again
	ofRequest
	ofClient
	ofSDK
	ofAttempt
	ofCtx
	ofHealth
	ofCounter
)

// witness answers questions about one input. What changes while it is asked, it looks up once.
type witness struct {
	in     *engine.Input
	health []gateHealth
}

// answer is what a policy would see: a value that can be compared.
func (w *witness) answer(q question) any {
	switch q.of {
	case ofRequest:
		return requestShape.fields[q.field].read(nil, w.in.Request)
	case ofClient:
		return clientShape.fields[q.field].read(nil, w.in.Request.Client)
	case ofSDK:
		return sdkShape.fields[q.field].read(nil, w.in.Request.SDK)
	case ofAttempt:
		return attemptShape.fields[q.field].read(nil, pastAttempt{&w.in.Attempts[q.place], q.place})
	case ofCtx:
		return ctxShape.fields[q.field].read(nil, &w.in.Ctx)
	case ofHealth:
		return healthShape.fields[q.field].read(nil, w.healthOf(q.target, q.model))
	case ofCounter:
		return countOf(&w.in.Ctx, q.target)
	default:
		return nil
	}
}

func (w *witness) healthOf(target, model string) gateHealth {
	for _, h := range w.health {
		if h.target == target && h.model == model {
			return h
		}
	}
	w.health = append(w.health, healthOf(&w.in.Ctx, target, model))
	return w.health[len(w.health)-1]
}

// trail is the way to the decision under way. The zero value is at its beginning.
type trail struct {
	steps  []step
	health []healthRead
	cut    bool // something was looked at that cannot be asked again, or never has the same answer
}

func (t *trail) begin() {
	clear(t.steps)
	*t = trail{steps: t.steps[:0]}
}

// noted adds a question that was asked for the first time.
func (t *trail) noted(q question, answer any) {
	if q.of == ofNothing {
		t.cut = true
		return
	}
	if !t.cut {
		t.steps = append(t.steps, step{q, answer})
	}
}

// lesson is the way so far, in memory of its own.
func (t *trail) lesson() lesson {
	if t.cut {
		return lesson{}
	}
	return lesson{whole: true, way: slices.Clone(t.steps), health: slices.Clone(t.health)}
}
