package table

import (
	"cmp"
	"fmt"
	"time"

	"spillway/engine"
)

// row is one row of a table, with what it left out filled in.
type row struct {
	name     string
	path     string       // of the row in the table, such as [3]
	storm    *Storm       // nil for a row that asks for one decision
	weather  chan weather // what came of the storm; nil when it is not sent
	problems []problem    // with the row itself
	env      engine.Environment
	input    engine.Input
	want     map[string]any // parts of the action; nil when the row wants a fault
	throws   string         // a part of the fault's message
}

// readRow reads the row with this number, from 1. Its name is there even when there are problems.
func readRow(number int, value any, env engine.Environment) *row {
	r := &row{path: fmt.Sprintf("[%d]", number-1)}
	o := asObject("", value, &r.problems)
	text(o, "name", &r.name)
	r.name = cmp.Or(r.name, fmt.Sprintf("#%d", number))
	if r.storm = readStorm(o); r.storm == nil {
		r.readInput(o, env)
		r.readWant(o)
	}
	if clean := o.end(); clean {
		r.checkWhole(o)
	}
	return r
}

// readInput reads what decide is given.
func (r *row) readInput(o *object, env engine.Environment) {
	request, ctx := o.object("request"), o.object("ctx")
	r.env = readEnvironment(ctx, env)
	r.input.Request = readRequest(request)
	now := time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
	ctx.moment("now", &now)
	for i, value := range o.list("attempts") {
		a := readAttempt(asObject(fmt.Sprintf("attempts[%d]", i), value, o.problems), r.input.Request, r.env.Targets, now)
		r.input.Attempts = append(r.input.Attempts, a)
	}
	r.input.Ctx = readCtx(ctx, now, r.env.Targets, r.input.Attempts)
}

// readWant reads what must come back: either an action or a fault.
func (r *row) readWant(o *object) {
	if want, wants := o.take("want"); wants {
		r.want = asObject("want", want, o.problems).value
		checkKeys(r.want, o.problems)
	}
	if throws, fails := o.take("throws"); fails {
		message, isText := throws.(string)
		if !isText && throws != true {
			o.fault("throws", "must be a part of the error's message, or true, not "+show(throws), "")
		}
		r.throws = message
	}
}

// checkWhole reports what a row lacks. A row with a typo is not asked: the key that it lacks is the one that was mistyped.
func (r *row) checkWhole(o *object) {
	if name := o.value["name"]; name == nil || name == "" {
		o.fault("name", "is missing", "say in a few words what the row shows")
	}
	switch {
	case r.storm != nil:
		r.storm.checkWhole(o)
	case o.value["want"] != nil && o.value["throws"] != nil:
		o.fault("throws", "cannot be with want", "a policy that throws gives no action: keep one of the two")
	case o.value["want"] == nil && o.value["throws"] == nil:
		o.fault("", "needs either want or throws", "want: the action or parts of it; throws: a part of the error's message")
	}
}

// readEnvironment is the row's targets and vars.
func readEnvironment(ctx *object, env engine.Environment) engine.Environment {
	e := engine.Environment{Targets: env.Targets, Vars: ctx.object("vars").value}
	if e.Vars == nil {
		e.Vars = map[string]any{}
	}
	list := ctx.list("targets")
	if list != nil && len(list) == 0 {
		ctx.fault("ctx.targets", "is empty", "name at least one, or leave it out for those of the configuration")
	}
	if len(list) > 0 {
		e.Targets = make([]engine.Target, len(list))
		for i, value := range list {
			e.Targets[i] = readTarget(asObject(fmt.Sprintf("ctx.targets[%d]", i), value, ctx.problems))
		}
	}
	return e
}

func readTarget(o *object) engine.Target {
	t := engine.Target{Dialect: engine.Anthropic, Models: map[string]string{}, Price: map[string]engine.Price{}}
	text(o, "name", &t.Name)
	text(o, "dialect", &t.Dialect, engine.Anthropic, engine.OpenAI)
	models, price := o.object("models"), o.object("price")
	for alias := range models.value {
		var name string
		text(models, alias, &name)
		t.Models[alias] = name
	}
	for model := range price.value {
		var p engine.Price
		one := price.object(model)
		number(one, "input", &p.Input)
		number(one, "output", &p.Output)
		number(one, "cacheRead", &p.CacheRead)
		number(one, "cacheWrite", &p.CacheWrite)
		one.end()
		t.Price[model] = p
	}
	o.end()
	return t
}
