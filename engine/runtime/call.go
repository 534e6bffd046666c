package runtime

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"

	"github.com/dop251/goja"

	"spillway/engine"
	"spillway/engine/nearest"
)

// call is what host functions know of the decision under way in one runtime. Between decisions it is empty.
//
// Every host function takes the lock. So giving a runtime up, under the same lock, waits for the one that is at work,
// and none begins after that: what a request holds is not touched once its decision has been answered.
type call struct {
	vm      *goja.Runtime
	targets []string // the configured names
	fixed   fixed
	freeze  goja.Callable // Object.freeze

	// The arguments of decide, the same objects in every call, pointed at its input.
	request *view[*engine.Request]
	client  *view[engine.Client]
	sdk     *view[engine.SDK]
	ctx     *view[*engine.Ctx]

	mu             sync.Mutex
	over           bool // the runtime was given up
	in             engine.Input
	record         record
	trail          trail
	body, metadata goja.Value // nil until they are read
	health         []healthSeen
	counts         []countSeen
	costs          []costSeen
}

// fixed are the objects inside the arguments of decide that are the same in every call of a runtime.
type fixed struct {
	client, sdk, header                        goja.Value // of request
	targets, vars, health, count, cost, random goja.Value // of ctx
}

// nothing is the input between decisions.
var nothing = engine.Input{Request: &engine.Request{}}

// begin makes in the decision under way.
func (c *call) begin(in engine.Input) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.point(in)
}

func (c *call) point(in engine.Input) {
	c.trail.begin()
	c.in = in
	c.request.point(in.Request)
	c.client.point(in.Request.Client)
	c.sdk.point(in.Request.SDK)
	c.ctx.point(&c.in.Ctx)
}

// record is what a call leaves behind.
type record struct {
	returned int // the number of the return statement that ran last, 0 for none
	reads    []engine.Read
	hashed   bool // something was recorded as a hash only
	lesson   lesson
}

// decision is the beginning of the decision that the record is part of.
func (r record) decision() engine.Decision {
	return engine.Decision{Reads: r.reads, Replayable: !r.hashed}
}

// end takes the record and lets go of everything that belongs to the request.
func (c *call) end() record {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.take()
}

// abandon is [call.end] for a call that still runs: from now on every host function in its runtime throws.
func (c *call) abandon() record {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	return c.take()
}

func (c *call) take() record {
	taken := c.record
	if len(c.in.Attempts) <= maxAttempts {
		taken.lesson = c.trail.lesson()
	}
	c.record, c.body, c.metadata = record{}, nil, nil
	clear(c.health)
	c.health = c.health[:0]
	clear(c.counts)
	c.counts = c.counts[:0]
	clear(c.costs)
	c.costs = c.costs[:0]
	c.point(nothing)
	return taken
}

// enter is the first thing that a host function does: `defer c.enter().Unlock()`.
func (c *call) enter() *sync.Mutex {
	c.mu.Lock()
	if c.over {
		c.mu.Unlock()
		panic(c.vm.NewTypeError("this decision is over"))
	}
	return &c.mu
}

// saw records a value that the policy looked at.
func (c *call) saw(name string, value any) {
	if c.record.reads == nil {
		c.record.reads = make([]engine.Read, 0, 4)
	}
	c.record.reads = append(c.record.reads, engine.Read{Name: name, Value: value})
}

// hasSeen says whether something is in the record.
func (c *call) hasSeen(name string) bool {
	return slices.ContainsFunc(c.record.reads, func(r engine.Read) bool { return r.Name == name })
}

// sawSecret records that the policy looked at something that must not be kept.
func (c *call) sawSecret(name string, value []byte) {
	sum := sha256.Sum256(value)
	c.record.hashed, c.trail.cut = true, true
	c.saw(name, "sha256:"+hex.EncodeToString(sum[:]))
}

// throw raises a TypeError in the policy, with the nearest valid name for the one that it used.
func (c *call) throw(message, word string, valid []string) {
	if name := nearest.Name(word, valid); name != "" {
		message += ` (did you mean "` + name + `"?)`
	}
	panic(c.vm.NewTypeError("%s", message))
}

// function is a host function by its name. It runs under the lock.
func (c *call) function(name string, f func(args []goja.Value) goja.Value) goja.Value {
	value := c.vm.ToValue(func(js goja.FunctionCall) goja.Value {
		defer c.enter().Unlock()
		return f(js.Arguments)
	})
	function := value.ToObject(c.vm)
	if err := function.DefineDataProperty("name", c.vm.ToValue(name), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE); err != nil {
		panic(err) // a fresh function's name can be changed
	}
	return function
}

// text is argument i of a host function, which must be a string.
func (c *call) text(function string, args []goja.Value, i int) string {
	if i < len(args) && goja.IsString(args[i]) {
		return args[i].String()
	}
	panic(c.vm.NewTypeError("%s: argument %d must be a string", function, i+1))
}
