package table

import (
	"maps"
	"slices"
	"strings"
	"time"

	"spillway/engine"
)

// maxSends is how often a request may be sent.
const maxSends = 8

// world is what a row says of the live state. What it does not mention is at rest.
type world struct {
	targets []engine.Target
	health  map[string]engine.Health // by "target" or "target/model", models by their names
	opensIn time.Duration
	closed  bool // no gate is known to open
	counts  map[string]float64
	costs   map[string]float64 // as health is; what is not there is not known
}

// Health implements [engine.World]. An entry for a target alone holds for every model without one of its own.
func (w *world) Health(target, model string) engine.Health {
	h, _ := said(w, w.health, target, model)
	return h
}

// Cost implements [engine.World], and is said like health.
func (w *world) Cost(target, model string) (dollars float64, known bool) {
	return said(w, w.costs, target, model)
}

// said is what a row says of a target's model, or of the target.
func said[T any](w *world, by map[string]T, target, model string) (T, bool) {
	if of, ok := by[target+"/"+resolve(named(target, w.targets), model)]; ok {
		return of, true
	}
	of, ok := by[target]
	return of, ok
}

// OpensIn implements [engine.World].
func (w *world) OpensIn() (time.Duration, bool) { return w.opensIn, !w.closed }

// Count implements [engine.World].
func (w *world) Count(name string) float64 { return w.counts[name] }

// readCtx reads all of ctx but the environment and the clock; what it leaves out is a world at rest, ten minutes before the
// deadline, with as many steps left as the attempts did not take.
func readCtx(o *object, now time.Time, targets []engine.Target, attempts []engine.Attempt) engine.Ctx {
	ctx := engine.Ctx{Now: now, TimeLeft: 10 * time.Minute, StepsLeft: maxSends}
	for _, a := range attempts {
		if a.Sent() {
			ctx.StepsLeft--
		}
	}
	seed := 1
	o.duration("timeLeft", &ctx.TimeLeft)
	number(o, "stepsLeft", &ctx.StepsLeft)
	number(o, "seed", &seed)
	ctx.Seed = uint64(seed)
	ctx.World = readWorld(o, now, targets)
	o.end()
	return ctx
}

func readWorld(o *object, now time.Time, targets []engine.Target) *world {
	w := &world{targets: targets, health: map[string]engine.Health{}, counts: map[string]float64{}, costs: map[string]float64{}}
	if value, said := o.value["opensIn"]; said && value == nil {
		w.closed = true
	}
	o.duration("opensIn", &w.opensIn)
	health, costs := o.object("health"), o.object("cost")
	for _, gate := range slices.Sorted(maps.Keys(health.value)) {
		w.health[w.gate(health, gate)] = readHealth(health.object(gate), now)
	}
	for _, gate := range slices.Sorted(maps.Keys(costs.value)) {
		var dollars float64
		number(costs, gate, &dollars)
		w.costs[w.gate(costs, gate)] = dollars
	}
	counts := o.object("count")
	for name := range counts.value {
		var n float64
		number(counts, name, &n)
		w.counts[name] = n
	}
	return w
}

// gate is a key of o, "target" or "target/model", with the model's alias resolved.
func (w *world) gate(o *object, key string) string {
	target, model, one := strings.Cut(key, "/")
	if !slices.Contains(names(w.targets), target) {
		o.fault(o.at(key), "there is no such target", meant(target, names(w.targets)))
	}
	if one {
		return target + "/" + resolve(named(target, w.targets), model)
	}
	return key
}

func readHealth(o *object, now time.Time) engine.Health {
	var h engine.Health
	o.duration("pausedFor", &h.PausedFor)
	h.Paused = h.PausedFor > 0
	o.flag("paused", &h.Paused)
	number(o, "pauses", &h.Pauses)
	number(o, "overloads", &h.Overloads)
	number(o, "errorRate", &h.ErrorRate)
	number(o, "inFlight", &h.InFlight)
	number(o, "limit", &h.Limit)
	number(o, "queued", &h.Queued)
	number(o, "mismatches", &h.Mismatches)
	o.duration("p50", &h.P50)
	o.duration("p95", &h.P95)
	limits := o.object("rateLimit")
	for key, into := range map[string]*engine.Allowance{
		"requests": &h.RateLimits.Requests, "tokens": &h.RateLimits.Tokens,
		"inputTokens": &h.RateLimits.InputTokens, "outputTokens": &h.RateLimits.OutputTokens,
	} {
		*into = readAllowance(limits.object(key), now)
	}
	limits.end()
	o.end()
	return h
}

func readAllowance(o *object, now time.Time) engine.Allowance {
	var a engine.Allowance
	number(o, "limit", &a.Limit)
	number(o, "remaining", &a.Remaining)
	var in time.Duration
	if o.duration("resetIn", &in); in > 0 {
		a.Reset = now.Add(in)
	}
	o.end()
	return a
}
