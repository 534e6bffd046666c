package runtime

import (
	"slices"
	"strconv"

	"github.com/dop251/goja"

	"spillway/engine"
)

// ctxShape is the third argument of decide. targets and vars are part of the snapshot and not recorded.
var ctxShape = newShape("ctx", true, []field[*engine.Ctx]{
	{name: "now", unique: true, read: func(_ *call, x *engine.Ctx) any { return x.Now.UnixMilli() }},
	{name: "timeLeft", read: func(_ *call, x *engine.Ctx) any { return milliseconds(x.TimeLeft) }},
	{name: "stepsLeft", read: func(_ *call, x *engine.Ctx) any { return x.StepsLeft }},
	{name: "opensIn", read: func(_ *call, x *engine.Ctx) any {
		if x.World == nil {
			return int64(0)
		}
		wait, known := x.World.OpensIn()
		if !known {
			return nil
		}
		return milliseconds(wait)
	}},
	{name: "random", read: func(c *call, _ *engine.Ctx) any { return c.fixed.random }},
	{name: "targets", read: func(c *call, _ *engine.Ctx) any { return c.fixed.targets }},
	{name: "health", read: func(c *call, _ *engine.Ctx) any { return c.fixed.health }},
	{name: "cost", read: func(c *call, _ *engine.Ctx) any { return c.fixed.cost }},
	{name: "vars", read: func(c *call, _ *engine.Ctx) any { return c.fixed.vars }},
	{name: "count", read: func(c *call, _ *engine.Ctx) any { return c.fixed.count }},
}...).asking(func(*engine.Ctx) question { return question{of: ofCtx} })

// targetFields are the properties of an element of ctx.targets, a frozen object.
var targetFields = []struct {
	name string
	read func(t engine.Target) any
}{
	{"name", func(t engine.Target) any { return t.Name }},
	{"dialect", func(t engine.Target) any { return string(t.Dialect) }},
	{"models", func(t engine.Target) any {
		models := make(map[string]any, len(t.Models))
		for alias, model := range t.Models {
			models[alias] = model
		}
		return models
	}},
	{"price", func(t engine.Target) any {
		prices := make(map[string]any, len(t.Price))
		for model, p := range t.Price {
			prices[model] = map[string]any{"input": p.Input, "output": p.Output, "cacheRead": p.CacheRead, "cacheWrite": p.CacheWrite}
		}
		return prices
	}},
}

// healthSeen, countSeen and costSeen are what the world said in the decision under way: asked again, it says the same.
type healthSeen struct {
	target, model string
	object        goja.Value
}

type countSeen struct {
	name  string
	value float64
}

type costSeen struct {
	target, model string
	value         goja.Value
}

// gateArgs are the arguments of a function that asks about a target and, perhaps, a model.
func (c *call) gateArgs(function string, args []goja.Value) (target, model string) {
	target = c.text(function, args, 0)
	if len(args) > 1 && !goja.IsUndefined(args[1]) {
		model = c.text(function, args, 1)
	}
	if !slices.Contains(c.targets, target) {
		c.throw(function+": unknown target "+strconv.Quote(target), target, c.targets)
	}
	return target, model
}

// readOf is what the record calls that.
func readOf(function, target, model string) string {
	if model == "" {
		return function + "(" + target + ")"
	}
	return function + "(" + target + ", " + model + ")"
}

// askHealth is `ctx.health(target, model)`.
func (c *call) askHealth(args []goja.Value) goja.Value {
	target, model := c.gateArgs("ctx.health", args)
	for i := range c.health {
		if seen := &c.health[i]; seen.target == target && seen.model == model {
			return seen.object
		}
	}
	whole := part[gateHealth]{healthShape, healthOf(&c.in.Ctx, target, model)}
	c.trail.health = append(c.trail.health, healthRead{len(c.record.reads), target, model})
	c.saw(readOf("ctx.health", target, model), whole)
	c.health = append(c.health, healthSeen{target, model, whole.open(c)})
	return c.health[len(c.health)-1].object
}

// askCount is `ctx.count(name)`.
func (c *call) askCount(args []goja.Value) goja.Value {
	name := c.text("ctx.count", args, 0)
	for _, seen := range c.counts {
		if seen.name == name {
			return c.vm.ToValue(seen.value)
		}
	}
	value := countOf(&c.in.Ctx, name)
	c.trail.noted(question{of: ofCounter, target: name}, value)
	c.saw("ctx.count("+name+")", value)
	c.counts = append(c.counts, countSeen{name, value})
	return c.vm.ToValue(value)
}

func countOf(ctx *engine.Ctx, name string) float64 {
	if ctx.World == nil {
		return 0
	}
	return ctx.World.Count(name)
}

// askCost is `ctx.cost(target, model)`.
func (c *call) askCost(args []goja.Value) goja.Value {
	target, model := c.gateArgs("ctx.cost", args)
	for _, seen := range c.costs {
		if seen.target == target && seen.model == model {
			return seen.value
		}
	}
	var dollars any
	if world := c.in.Ctx.World; world != nil {
		if d, known := world.Cost(target, model); known {
			dollars = d
		}
	}
	c.trail.cut = true // hardly any two requests cost the same
	c.saw(readOf("ctx.cost", target, model), dollars)
	value := c.vm.ToValue(dollars)
	c.costs = append(c.costs, costSeen{target, model, value})
	return value
}
