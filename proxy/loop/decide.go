package loop

import (
	"math/rand/v2"
	"time"

	"spillway/engine"
	"spillway/proxy/gate"
	"spillway/proxy/trace"
)

// decide asks the policy what to do next, or acts by its onError when it gives no valid action.
func (l *Loop) decide(x *Exchange) engine.Decision {
	x.decisions++
	now := l.Clock.Now()
	x.asked = engine.Input{
		Request:  &x.Request,
		Attempts: x.attempts,
		Ctx: engine.Ctx{
			Now: now, TimeLeft: max(0, x.Deadline.Sub(now)), StepsLeft: x.sendsLeft(),
			Seed:  l.seed(),
			World: world{l, x},
		},
	}
	decision, known := x.Policy.Recall(x.asked)
	if !known {
		decision = x.Policy.Decide(x.asked)
	}
	step := trace.Step{At: now, TimeLeft: x.asked.Ctx.TimeLeft, StepsLeft: x.asked.Ctx.StepsLeft, Seed: x.asked.Ctx.Seed, Decision: decision}
	if decision.Fault != nil {
		decision.Action, step.Notes = l.onError(x)
	}
	x.Record.Add(step)
	l.Observe.Decided(x, &decision)
	return decision
}

// seed is a number that JavaScript and JSON hold exactly, so that a row of a table can give it again.
func (l *Loop) seed() uint64 {
	seed := rand.Uint64
	if l.Seed != nil {
		seed = l.Seed
	}
	return seed() & (1<<53 - 1)
}

// onError is the action in place of a policy's: one attempt at the first target that fits, or a refusal.
func (l *Loop) onError(x *Exchange) (engine.Action, []string) {
	switch {
	case x.Policy.OnError() == engine.OnErrorDeny:
		return engine.Action{Fail: &engine.Fail{
			Status: 500, Reason: engine.ReasonServer, Message: "the policy " + x.Policy.Name() + " failed, and denies requests when it does",
		}}, []string{"onError: deny"}
	case len(x.attempts) > 0:
		return engine.Action{Fail: &engine.Fail{Last: true}}, []string{"onError: passthrough, after an attempt: fail last"}
	}
	for _, t := range x.Targets {
		if t.Dialect == x.Request.API && x.fits(t) == "" && !l.Gates.Health(t.Gate(x.Request.Model)).Paused {
			return engine.Action{Send: &engine.Send{Target: t.Name}}, []string{"onError: passthrough to " + t.Name}
		}
	}
	return engine.Action{Fail: &engine.Fail{
		Status: 503, Reason: engine.ReasonServer, Message: "the policy " + x.Policy.Name() + " failed, and no target fits the request",
		RetryAfter: time.Second,
	}}, []string{"onError: passthrough, but no target fits"}
}

// effects applies what an action does beside its send or fail: it holds from before that.
func (l *Loop) effects(x *Exchange, d *engine.Decision) {
	if p := d.Action.Pause; p != nil {
		if target := x.target(p.Target); target != nil {
			l.Gates.Pause(target.Gate(p.Model), p.For, gate.Cause{
				Policy: x.Policy.Name(), At: d.At, Because: d.Action.Because, RequestID: x.Request.ID,
			})
		}
	}
	if len(d.Action.Count) > 0 {
		l.Counters.Add(d.Action.Count, l.Clock.Now())
	}
}
