package runtime

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/dop251/goja"

	"spillway/engine"
	"spillway/engine/script"
)

// instance is one runtime with a policy loaded in it. One goroutine owns it.
type instance struct {
	program *script.Program
	env     engine.Environment
	vm      *goja.Runtime
	call    call

	seed   *rand.PCG // reset for every decision
	random *rand.Rand
	now    time.Time // what Date tells
	drawn  bool      // the decision under way drew a random number, or asked for the time

	stringify    goja.Callable
	plain        *goja.Object // Object.prototype
	request, ctx goja.Value
	noAttempts   goja.Value

	exports  goja.Value
	literals map[*goja.Object]script.Literal // where objects were written; nil unless it is a table
	decide   goja.Callable
	this     goja.Value
	onError  engine.OnError

	ready   bool          // loaded and adopted
	unfit   *engine.Fault // why it could not be; nil when it is ready or nobody tried
	spoiled bool          // a panic went through it: not fit for another call
	asked   engine.Input
	given   engine.Decision // what [answer] makes of asked
	lesson  lesson          // how to come to given again
}

// answer makes the decision that was asked for, in a runtime that is ready. It is a job for a worker.
func answer(i *instance) {
	defer func() {
		if x := recover(); x != nil {
			i.spoiled = true
			i.given = engine.Decision{Outcome: engine.OutcomeThrew, Fault: i.stopped("decide", fmt.Errorf("panic: %v", x))}
		}
	}()
	i.given = i.ask(i.asked)
}

// prepare loads the policy, unless it is loaded. It is a job for a worker; what is wrong is in i.unfit.
func prepare(i *instance) {
	if i.ready {
		return
	}
	if i.unfit = i.load(); i.unfit == nil {
		i.unfit = i.adopt()
	}
	i.ready = i.unfit == nil
}

// ask makes one decision.
func (i *instance) ask(in engine.Input) engine.Decision {
	if in.Request == nil {
		in.Request = nothing.Request
	}
	began := time.Now()
	i.call.begin(in)
	i.seed.Seed(in.Ctx.Seed, 0)
	i.now, i.drawn = in.Ctx.Now, false
	r := reader{vm: i.vm, targets: i.call.targets, attempts: len(in.Attempts), stringify: i.stringify, plain: i.plain}
	var action engine.Action
	err := i.try(func() {
		action = r.action(i.check(i.decide(i.this, i.request, i.attempts(in.Attempts), i.ctx)))
	})
	record := i.call.end()
	d := record.decision()
	d.Took = time.Since(began)
	switch {
	case err != nil:
		d.Outcome, d.Fault = outcome(err), i.stopped("decide", err)
		return d
	case r.message != "":
		d.Outcome, d.Fault = engine.OutcomeInvalid, i.at(i.program.Key(record.returned, r.at), r.message, r.hint)
	default:
		d.Outcome, d.Action = engine.OutcomeDecided, action
		if i.lesson = record.lesson; i.drawn {
			i.lesson = lesson{}
		}
	}
	if record.returned > 0 {
		d.At = i.program.Return(record.returned)
	}
	return d
}

// outcome classifies what stopped a call.
func outcome(err error) engine.Outcome {
	if interrupted := (*goja.InterruptedError)(nil); errors.As(err, &interrupted) {
		return engine.OutcomeTimedOut
	}
	return engine.OutcomeThrew
}

// try runs f and returns what stops it: a JavaScript exception, the time limit, or a panic in a host function, after
// which the runtime is spoiled.
func (i *instance) try(f func()) (err error) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case *goja.Exception, *goja.InterruptedError, *goja.StackOverflowError:
			err = x.(error)
		default:
			i.spoiled = true
			err = fmt.Errorf("panic: %v", x)
		}
	}()
	if exception := i.vm.Try(f); exception != nil {
		err = exception
	}
	return err
}

// mark notes which return of decide runs, and gives the returned value back: see [script.ReturnMark].
func (i *instance) mark(js goja.FunctionCall) goja.Value {
	defer i.call.enter().Unlock()
	i.call.record.returned = int(js.Argument(0).ToInteger())
	return js.Argument(1)
}

// longestText bounds what a policy puts together, in characters: as many as a request may have.
const longestText = 32_000_000

// grown stops a text that has become too long: see [script.GrowthMark].
func (i *instance) grown(js goja.FunctionCall) goja.Value {
	v := js.Argument(0)
	if text, ok := v.(goja.String); ok && text.Length() > longestText {
		message := i.vm.ToValue(fmt.Sprintf("a text of more than %d characters", longestText))
		panic(i.vm.ToValue(i.check(i.vm.New(i.vm.Get("RangeError"), message))))
	}
	return v
}

// askRandom is `ctx.random()`.
func (i *instance) askRandom([]goja.Value) goja.Value {
	n := i.random.Float64()
	i.call.trail.cut = true
	i.call.saw("ctx.random()", n)
	return i.vm.ToValue(n)
}
