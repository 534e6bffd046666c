package runtime

import (
	"cmp"
	"fmt"
	"time"

	"spillway/engine"
	"spillway/engine/script"
)

// Limits bound what a policy may cost.
type Limits struct {
	// Decide is how long one decision may take; 0 = 20 ms.
	Decide time.Duration
	// Abandons is how many calls in a row may have to be abandoned before the policy is benched; 0 = 3.
	Abandons int
	// Memory is by how many bytes the memory in use may grow during one call; 0 = 128 MB.
	Memory int
}

// defaultMemory is many times what a policy needs, and little to a machine that carries traffic.
const defaultMemory = 128 << 20

// loadLimit is how long a file may take to load, once, when it is made ready.
const loadLimit = time.Second

// patience is how many time limits a call waits for a free runtime when more are asked for than the cores can serve.
const patience = 10

// Policy is a program ready to decide. It is safe for concurrent use.
type Policy struct {
	program  *script.Program
	limit    time.Duration
	onError  engine.OnError
	pool     *pool
	bench    bench
	memories memories
}

// New runs the program once, checks the shape of its default export, and is ready to decide. The fault says what is wrong
// with the file.
func New(program *script.Program, env engine.Environment, limits Limits) (*Policy, *engine.Fault) {
	p := &Policy{program: program, limit: limits.Decide, bench: bench{stuckInRow: limits.Abandons}}
	p.pool = newPool(program, env, cmp.Or(limits.Memory, defaultMemory))
	if p.limit <= 0 {
		p.limit = 20 * time.Millisecond
	}
	if p.bench.stuckInRow <= 0 {
		p.bench.stuckInRow = 3
	}
	p.bench.limit = p.limit
	w, failed := p.borrow(false)
	if w == nil {
		return nil, failed.Fault
	}
	p.onError = w.instance.onError
	p.pool.giveBack(w, true)
	return p, nil
}

// borrow lends a runtime in which the policy is ready, or gives the decision that says why there is none. A new runtime
// takes about a millisecond.
func (p *Policy) borrow(fresh bool) (*worker, engine.Decision) {
	w := p.pool.borrow(patience*p.limit, fresh)
	if w == nil {
		message := fmt.Sprintf("decide was not called: no runtime became free within %s", patience*p.limit)
		return nil, p.failed(engine.OutcomeTimedOut, message, "are the machine's cores busy, or all calls slow?")
	}
	if w.ready {
		return w, engine.Decision{}
	}
	ending := w.do(prepare, loadLimit)
	if ending == abandoned {
		p.pool.giveUp(w)
		return nil, engine.Decision{Outcome: engine.OutcomeAbandoned, Fault: stuckFault(p.program, "the file", w.why)}
	}
	if fault := w.instance.unfit; fault != nil {
		p.pool.giveBack(w, false)
		return nil, engine.Decision{Outcome: engine.OutcomeThrew, Fault: fault}
	}
	if ending == interrupted { // it got ready in the last moment
		p.pool.giveBack(w, false)
		return nil, p.failed(engine.OutcomeTimedOut, fmt.Sprintf("the file took longer than %s to load", loadLimit), "")
	}
	w.ready = true
	return w, engine.Decision{}
}

// Name is the policy's name: its file's, without directory and extension.
func (p *Policy) Name() string { return p.program.Name() }

// Sum is the same for policies that behave the same with the same targets and vars: a hash of their code.
func (p *Policy) Sum() [32]byte { return p.program.Sum() }

// Line is the text of a line of the policy's source, "" when it is unknown.
func (p *Policy) Line(at engine.Position) string { return p.program.Line(at) }

// OnError is what the policy wants done when it gives no valid action.
func (p *Policy) OnError() engine.OnError { return p.onError }

// Recall is the decision that the policy has made before for a request that looked the same to it: the same answers to all that
// it asked. Its reads and its action are those that [Policy.Decide] would give. False means that the policy must be asked.
func (p *Policy) Recall(in engine.Input) (engine.Decision, bool) { return p.memories.recall(&in) }

// Decide asks the policy. It never panics, and returns within the time limit and 20 ms of grace, or a quarter of a longer limit; only on a machine whose
// cores are all busy it takes longer, but never long. in.Request and what it refers to are not touched after that.
// A decision without a valid action has a Fault.
func (p *Policy) Decide(in engine.Input) engine.Decision { return p.decide(in, false) }

// DecideFresh is [Policy.Decide] in a runtime that has never been used, and will not be used again.
func (p *Policy) DecideFresh(in engine.Input) engine.Decision { return p.decide(in, true) }

func (p *Policy) decide(in engine.Input, fresh bool) engine.Decision {
	if !p.bench.admits(p.pool.stuckCalls()) {
		const hint = "it is tried again from time to time, and a new version of the file at once"
		return p.failed(engine.OutcomeBenched, "decide is not called at present: it had to be stopped too often", hint)
	}
	w, failed := p.borrow(fresh)
	if w == nil {
		return failed
	}
	i := w.instance
	i.asked = in
	ending := w.do(answer, p.limit)
	if ending == abandoned {
		d := i.call.abandon().decision()
		d.Outcome, d.Took, d.Fault = engine.OutcomeAbandoned, p.limit+max(grace, p.limit/4), stuckFault(p.program, "decide", w.why)
		if w.started.Load() {
			p.bench.ended(abandoned)
		}
		p.pool.giveUp(w)
		return d
	}
	d, learned := i.given, i.lesson
	i.asked, i.given, i.lesson = engine.Input{}, engine.Decision{}, lesson{}
	p.bench.ended(ending)
	p.pool.giveBack(w, ending == finished && !i.spoiled && !fresh)
	if learned.whole && !fresh {
		p.memories[len(in.Attempts)].learn(learned, d)
	}
	return d
}

// failed is a decision for which the policy was not called.
func (p *Policy) failed(outcome engine.Outcome, message, hint string) engine.Decision {
	fault := &engine.Fault{Position: engine.Position{File: p.program.File()}, Message: message, Hint: hint}
	return engine.Decision{Outcome: outcome, Fault: fault}
}

// Stats counts the runtimes of a policy.
type Stats struct {
	Born      int64 // made so far
	Idle      int   // waiting for a call
	Abandoned int64 // given up so far, with a call that could not be interrupted
	Stuck     int   // given up, with a call that still runs
	Benched   bool  // the policy had to be stopped too often and is not called at present
}

// Stats counts the policy's runtimes.
func (p *Policy) Stats() Stats {
	p.pool.mu.Lock()
	defer p.pool.mu.Unlock()
	return Stats{
		Born:      p.pool.born,
		Idle:      len(p.pool.idle),
		Abandoned: p.pool.abandoned,
		Stuck:     p.pool.stuck,
		Benched:   p.bench.benched(p.pool.stuck),
	}
}

// Close lets idle runtimes go now, and the others when their calls have returned. A request that still holds the policy
// may go on asking it; each of these calls then gets a runtime of its own.
func (p *Policy) Close() { p.pool.close() }
