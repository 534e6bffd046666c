package loop

import (
	"cmp"
	"time"

	"spillway/engine"
	"spillway/proxy/cost"
	"spillway/proxy/gate"
)

// world answers a policy's questions about what changes while requests run.
type world struct {
	loop *Loop
	x    *Exchange
}

// Health implements [engine.World].
func (w world) Health(target, model string) engine.Health {
	if t := w.x.target(target); t != nil {
		return w.loop.Gates.Health(t.Gate(model))
	}
	return engine.Health{}
}

// OpensIn implements [engine.World].
func (w world) OpensIn() (time.Duration, bool) {
	return w.loop.Gates.OpensIn(w.x.usable())
}

// Cost implements [engine.World]: the prompt as the model is estimated to count it, none of it from a cache, and an answer as
// long as the model's are of late, or as the request allows.
func (w world) Cost(target, model string) (dollars float64, known bool) {
	t := w.x.target(target)
	if t == nil {
		return 0, false
	}
	name := t.Resolve(cmp.Or(model, w.x.Request.Model))
	likely := cost.Tokens{Input: w.loop.Estimator.Tokens(w.x.Call, name), Output: w.loop.Estimator.Answer(name)}
	if most := w.x.Request.MaxTokens; most > 0 {
		likely.Output = min(likely.Output, most)
	}
	c := cost.Of(&t.Target, likely, name)
	return c.Dollars, c.Known
}

// Count implements [engine.World].
func (w world) Count(name string) float64 { return w.loop.Counters.Get(name, w.loop.Clock.Now()) }

// usable are the gates through which the request could go as it is, in its own dialect.
func (x *Exchange) usable() []gate.Key {
	keys := make([]gate.Key, 0, len(x.Targets))
	for _, t := range x.Targets {
		if t.Dialect == x.Request.API && x.fits(t) == "" {
			keys = append(keys, t.Gate(x.Request.Model))
		}
	}
	return keys
}

func (x *Exchange) target(name string) *Target {
	for _, t := range x.Targets {
		if t.Name == name {
			return t
		}
	}
	return nil
}
