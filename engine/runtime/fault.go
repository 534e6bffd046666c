package runtime

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/dop251/goja"

	"spillway/engine"
	"spillway/engine/nearest"
	"spillway/engine/script"
)

// at is a fault at a place in the policy's sources.
func (i *instance) at(place engine.Position, message, hint string) *engine.Fault {
	return &engine.Fault{Position: place, Message: message, Hint: hint, Source: i.program.Line(place)}
}

// stopped tells what stopped the policy: an exception, its time limit, too deep a recursion, or a panic in a host
// function. who is what was running, as in "decide".
func (i *instance) stopped(who string, err error) *engine.Fault {
	var exception *goja.Exception
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	switch {
	case errors.As(err, &interrupted):
		fault := i.locate(interrupted.Stack())
		if at := i.program.Endless(); fault.Line == 0 && at.Line > 0 {
			fault.Position, fault.Source = at, i.program.Line(at)
		}
		why, _ := interrupted.Value().(stop)
		fault.Message, fault.Hint = who+" "+why.what, why.hint
		return fault
	case errors.As(err, &overflow):
		fault := i.locate(overflow.Stack())
		fault.Message, fault.Hint = who+" called functions too deeply", "is there a recursion that does not end?"
		return fault
	case errors.As(err, &exception):
		fault := i.locate(exception.Stack())
		what := i.describe(exception.Value())
		fault.Message, fault.Hint = who+" threw "+what, hintFor(what)
		return fault
	default:
		return i.at(engine.Position{File: i.program.File()}, who+" failed: "+err.Error(), "")
	}
}

// stuckFault tells of a call that could not even be interrupted, so that nobody knows where it is.
func stuckFault(program *script.Program, who string, why stop) *engine.Fault {
	at := program.Return(0)
	return &engine.Fault{
		Position: at,
		Message:  who + " " + why.what + " and could not be interrupted",
		Hint:     "one call of a built-in function takes too long: a sort, search, join or repeat of something huge, or a regular expression with g or y",
		Source:   program.Line(at),
	}
}

// deepest bounds the callers that a fault lists.
const deepest = 20

// locate is a fault at the innermost place of a stack that the policy's author wrote, with the callers; one that calls
// itself stands there once.
func (i *instance) locate(stack []goja.StackFrame) *engine.Fault {
	fault := i.at(engine.Position{File: i.program.File()}, "", "")
	for _, frame := range stack {
		at, ok := i.frame(frame)
		if !ok {
			continue
		}
		if fault.Line == 0 && at.File != script.LibraryName {
			fault.Position, fault.Source = at, i.program.Line(at)
		}
		caller := fmt.Sprintf("%s (%s)", frame.FuncName(), at)
		if n := len(fault.Stack); n < deepest && (n == 0 || fault.Stack[n-1] != caller) {
			fault.Stack = append(fault.Stack, caller)
		}
	}
	return fault
}

// frame is the place of a stack frame, false for code that nobody wrote.
func (i *instance) frame(frame goja.StackFrame) (engine.Position, bool) {
	if frame.SrcName() != i.program.File() {
		return engine.Position{}, false
	}
	at := frame.Position()
	return i.program.Position(at.Line, at.Column)
}

// describe is a thrown value in a message: an Error by its name and message, anything else as a value.
func (i *instance) describe(v goja.Value) string {
	object, ok := v.(*goja.Object)
	if !ok || object.ClassName() != "Error" {
		return show(v)
	}
	text := "an error whose text cannot be read"
	if err := i.try(func() { text = object.String() }); err != nil {
		return text
	}
	return shorten(text, 500)
}

var (
	undefinedName = regexp.MustCompile(`^ReferenceError: (\w+) is not defined$`)
	onNothing     = regexp.MustCompile(`^TypeError: Cannot read property '(\w+)' of (?:undefined|null)$`)
	readOnly      = regexp.MustCompile(`^TypeError(?:$|: .*(?:read.only|not extensible))`)
)

// hintFor is advice for someone who took a policy for an ordinary program.
func hintFor(thrown string) string {
	if name := undefinedName.FindStringSubmatch(thrown); name != nil {
		return hintForName(name[1])
	}
	if property := onNothing.FindStringSubmatch(thrown); property != nil {
		return fmt.Sprintf("what stands before .%s has no value here: ask first, or write ?.%[1]s; attempts is empty at first", property[1])
	}
	if readOnly.MatchString(thrown) {
		return "what a policy is given is read-only, and so is the language: what should change goes into the action"
	}
	return ""
}

// inScope are the names that a policy most likely means.
var inScope = []string{"request", "attempts", "ctx", "backoff", "hash", "sameDialect"}

func hintForName(name string) string {
	if hint, known := absent[name]; known {
		return hint
	}
	switch near := nearest.Name(name, inScope); near {
	case "":
		return ""
	case name:
		if slices.Contains(inScope[:3], name) {
			return "it is a parameter of decide: hand it on to the function that needs it"
		}
		return fmt.Sprintf("import { %s } from \"spillway\"", name)
	default:
		return fmt.Sprintf("did you mean %q?", near)
	}
}

const (
	noOutput  = "a policy prints nothing: say why in `because`"
	noNetwork = "a policy has no network, files or processes: what it may look at is in request, attempts and ctx"
	noEval    = "a policy cannot make code from text"
)

// absent is what policies miss, and what to do without it.
var absent = map[string]string{
	"console": noOutput, "print": noOutput, "alert": noOutput,
	"setTimeout": script.WaitHint, "setInterval": script.WaitHint, "setImmediate": script.WaitHint, "queueMicrotask": script.WaitHint,
	"fetch": noNetwork, "XMLHttpRequest": noNetwork, "WebSocket": noNetwork, "Deno": noNetwork, "Bun": noNetwork,
	"process": "settings are in ctx.vars",
	"require": script.ImportHint, "module": script.ImportHint, "exports": script.ImportHint,
	"eval": noEval, "Function": noEval,
	"crypto":          "ctx.random() gives random numbers, and hash from \"spillway\" hashes",
	"structuredClone": "JSON.parse(JSON.stringify(value)) copies",
}
