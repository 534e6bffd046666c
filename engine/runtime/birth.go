package runtime

import (
	_ "embed" // bound.js and harden.js
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/dop251/goja"

	"spillway/engine"
	"spillway/engine/script"
)

//go:embed harden.js
var hardenSource string

//go:embed bound.js
var boundSource string

var (
	harden = goja.MustCompile("harden.js", hardenSource, true)
	bound  = goja.MustCompile("bound.js", boundSource, true)
)

// maxCallDepth bounds recursion: far more than a policy needs, and far less than what would grow Go's stack much.
const maxCallDepth = 1000

// newInstance prepares a runtime. It runs no JavaScript yet.
func newInstance(program *script.Program, env engine.Environment) *instance {
	vm := goja.New()
	vm.SetMaxCallStackSize(maxCallDepth)
	i := &instance{program: program, vm: vm, seed: rand.NewPCG(0, 0), now: time.Unix(0, 0)}
	i.random = rand.New(i.seed)
	vm.SetRandSource(func() float64 { i.drawn = true; return i.random.Float64() })
	vm.SetTimeSource(func() time.Time { i.drawn = true; return i.now })
	c := &i.call
	c.vm = vm
	c.request = &view[*engine.Request]{call: c, shape: requestShape}
	c.client = &view[engine.Client]{call: c, shape: clientShape}
	c.sdk = &view[engine.SDK]{call: c, shape: sdkShape}
	c.ctx = &view[*engine.Ctx]{call: c, shape: ctxShape}
	c.point(nothing)
	for _, t := range env.Targets {
		c.targets = append(c.targets, t.Name)
	}
	i.env = env
	return i
}

// load makes the runtime safe and runs the program in it, which gives the entry's exports.
func (i *instance) load() *engine.Fault {
	err := i.try(func() {
		i.call.freeze = i.native("Object", "freeze")
		i.plain = i.vm.NewObject().Prototype()
		i.prepareWith(bound, depth)
		i.prepareWith(harden, script.Backtracks)
		i.stringify = i.native("JSON", "stringify")
		i.arguments()
		globals := i.vm.GlobalObject()
		i.define(script.Fingerprint, func(js goja.FunctionCall) goja.Value { return i.vm.ToValue(fingerprint(js.Argument(0).String())) })
		i.define(script.ReturnMark, i.mark)
		i.define(script.GrowthMark, i.grown)
		if coverage := i.program.Coverage(); coverage != nil {
			i.define(script.CoverMark, func(js goja.FunctionCall) goja.Value {
				coverage.Hit(int(js.Argument(0).ToInteger()))
				return js.Argument(1)
			})
		}
		if i.literals != nil {
			i.define(script.LiteralMark, i.written)
		}
		i.exports = i.check(i.vm.RunProgram(i.program.Code()))
		i.check(nil, globals.Delete(script.Fingerprint))
		i.call.frozen(globals)
	})
	if err != nil {
		return i.stopped("the file", err)
	}
	return nil
}

// native is a function of the language, as it is before anyone could have changed it.
func (i *instance) native(object, name string) goja.Callable {
	f, _ := goja.AssertFunction(i.vm.Get(object).ToObject(i.vm).Get(name))
	return f
}

// prepareWith runs a script that makes the language safe, and needs help from the host for it.
func (i *instance) prepareWith(preparation *goja.Program, host any) {
	function, _ := goja.AssertFunction(i.check(i.vm.RunProgram(preparation)))
	i.check(function(goja.Undefined(), i.vm.ToValue(host)))
}

// depth is how deeply the arrays and objects of a JSON text are nested, or of something like one.
func depth(text string) int {
	deepest, level, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			level++
			deepest = max(deepest, level)
		case c == ']' || c == '}':
			level--
		}
	}
	return deepest
}

// define makes a global function that is out of the policy's sight until it looks for its name.
func (i *instance) define(name string, f func(goja.FunctionCall) goja.Value) {
	i.check(nil, i.vm.GlobalObject().DefineDataProperty(name, i.vm.ToValue(f), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE))
}

// check passes a value on and throws an error, inside [instance.try].
func (i *instance) check(v goja.Value, err error) goja.Value {
	if err != nil {
		panic(err)
	}
	return v
}

// arguments makes the objects that decide gets in every call.
func (i *instance) arguments() {
	c := &i.call
	i.request = i.vm.NewDynamicObject(c.request)
	i.ctx = i.vm.NewDynamicObject(c.ctx)
	i.noAttempts = i.call.frozen(i.vm.NewArray())
	c.fixed = fixed{
		client:  i.vm.NewDynamicObject(c.client),
		sdk:     i.vm.NewDynamicObject(c.sdk),
		header:  c.function("header", c.header),
		health:  c.function("health", c.askHealth),
		count:   c.function("count", c.askCount),
		cost:    c.function("cost", c.askCost),
		random:  c.function("random", i.askRandom),
		targets: i.tree(targetList(i.env.Targets)),
		vars:    i.tree(i.env.Vars),
	}
}

// fingerprint is the library's hash.
func fingerprint(text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()
}
