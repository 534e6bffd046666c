// Package table runs the table beside a policy: rows of what decide is given and what it must return.
//
// A table is the default export of `name.test.ts`, an array of rows:
//
//	{
//	  name:     what the row shows
//	  request:  what the client asked for
//	  attempts: what has been tried, oldest first
//	  ctx:      the world: now, timeLeft, stepsLeft, seed, opensIn, targets, vars, health by "target" or "target/model",
//	            count by name
//	  want:     the action, or parts of it
//	  throws:   in place of want: a part of the message with which the policy must fail, or true
//	}
//
// All values are in the policy API's words, and all but name and one of want and throws may be left out: a small streaming
// request to Anthropic; attempts that follow from their reason, an overload at the first target just now; no vars; the
// targets of the configuration, at rest; ten minutes to go. Vars are never the configuration's: what can be tuned while
// traffic flows must not make a table fail.
//
// Of want only what it says counts. A null wants the key absent, { atLeast, atMost } bounds a number, and a text such as
// "30s" is its number of milliseconds.
//
// A row may also be a storm: { name, storm: a scenario, expect: { success: ">= 99%", … } }. The policy then meets simulated
// traffic, which is for whoever runs the table to bring; expect bounds what came of it.
//
//	table.go     run a table; what became of its rows
//	row.go       read a row: its environment and what it wants
//	request.go   … its request
//	attempt.go   … its attempts
//	ctx.go       … its world
//	object.go    read JavaScript objects strictly
//	plain.go     an action in the policy API's words
//	match.go     compare it with what the row wants
//	judge.go     … and with itself: does it decide alike every time?
//	storm.go     rows that are storms
//	fault.go     problems of a row as faults, at the place in the file that they are about
package table

import (
	"time"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/engine/script"
)

// Options say how a table is run.
type Options struct {
	// Env is the configuration's; a row that names targets of its own gets an environment of its own.
	Env engine.Environment
	// Limits are the configuration's too, but every decision has a second: a table must not fail because the machine is busy.
	Limits runtime.Limits
	// Wants says which rows are run, by name; nil = all.
	Wants func(row string) bool
	// Storm sends a storm against the policy; nil = storms are read and skipped. An error that is [engine.Faults] is about the
	// scenario's file. It is called from several goroutines at once.
	Storm func(Storm) ([]Measured, error)
	// StormsOnly leaves out the rows that are none.
	StormsOnly bool
	// Done is told of every row as soon as it is done; nil = nobody is.
	Done func(Result)
}

// Report is what became of a table.
type Report struct {
	Policy string // the policy's name
	File   string // the table's file
	Rows   []Result
}

// Result is what became of one row.
type Result struct {
	Name     string
	At       engine.Position // where the row was written; the zero Position when it was put together
	Took     time.Duration
	Storm    bool
	Skipped  bool // a storm that nobody was there to send
	Measured []Measured
	Faults   engine.Faults
}

// OK says whether the row got what it wanted.
func (r Result) OK() bool { return len(r.Faults) == 0 }

// patience is the least time a row's decision gets.
const patience = time.Second

// Run asks the policy every row of a table, which was compiled by [script.Folder.CompileTable]. Each row is asked twice in
// one runtime and once in a fresh one, and must be answered alike: what a module keeps between calls differs from one runtime
// to the next. At the first decision that takes longer than its limit the table ends. The faults are all those of the report,
// and those of the table as such.
func Run(policy, test *script.Program, o Options) (Report, engine.Faults) {
	report := Report{Policy: policy.Name(), File: test.File()}
	value, places, fault := runtime.Table(test)
	if fault != nil {
		return report, engine.Faults{fault}
	}
	rows, ok := value.([]any)
	if !ok {
		return report, engine.Faults{{
			Position: engine.Position{File: test.File()}, Message: "the default export must be an array of rows, not " + show(value),
			Hint: `export default [{ name: "a first try goes to claude", want: { send: "claude" } }] satisfies Table`,
		}}
	}
	o.Limits.Decide = max(o.Limits.Decide, patience)
	t := &table{program: policy, test: test, places: places, options: o, policies: make(map[string]*runtime.Policy)}
	defer t.close()
	var faults engine.Faults
	wanted := t.read(rows)
	t.launch(wanted)
	for _, r := range wanted {
		result := t.run(r)
		report.Rows = append(report.Rows, result)
		faults = append(faults, result.Faults...)
		if o.Done != nil {
			o.Done(result)
		}
		if t.hung {
			break // every row that hangs costs as much again
		}
	}
	return report, faults
}

// table is a table while it runs.
type table struct {
	program  *script.Program
	test     *script.Program
	places   runtime.Places
	options  Options
	policies map[string]*runtime.Policy // by environment
	hung     bool                       // a decision had to be stopped
}

// read reads the rows that are wanted.
func (t *table) read(rows []any) (wanted []*row) {
	for i, value := range rows {
		r := readRow(i+1, value, t.options.Env)
		if (t.options.Wants == nil || t.options.Wants(r.name)) && (r.storm != nil || !t.options.StormsOnly) {
			wanted = append(wanted, r)
		}
	}
	return wanted
}

func (t *table) close() {
	for _, p := range t.policies {
		p.Close()
	}
}

func (t *table) run(r *row) Result {
	began := time.Now()
	at, _ := t.places.At(r.path)
	result := Result{Name: r.name, At: at, Storm: r.storm != nil}
	switch {
	case len(r.problems) > 0:
		result.Faults = t.faults(r, r.problems)
	case r.storm == nil:
		result.Faults = t.ask(r)
	case r.weather == nil:
		result.Skipped = true
	default:
		w := <-r.weather
		result.Measured, result.Faults, result.Took = w.measured, t.weathered(r, w), w.took
		return result
	}
	result.Took = time.Since(began)
	return result
}

// ask makes the decision of a row three times.
func (t *table) ask(r *row) engine.Faults {
	policy, fault := t.policy(r.env)
	if fault != nil {
		return engine.Faults{t.blame(r, fault)}
	}
	first := t.patiently(policy.Decide, r)
	if faults := t.judge(r, first); t.hung || len(faults) > 0 {
		return faults
	}
	problems := unsteady("the second time", first, t.patiently(policy.Decide, r))
	if problems == nil {
		problems = unsteady("in a fresh runtime", first, t.patiently(policy.DecideFresh, r))
	}
	return t.faults(r, problems)
}

// patiently asks again when a decision had to be stopped: a machine that is busy enough takes even a second away from one
// that needs a thousandth of it, and a policy that hangs does so again.
func (t *table) patiently(decide func(engine.Input) engine.Decision, r *row) engine.Decision {
	d := decide(r.input)
	if stopped(d) {
		d = decide(r.input)
	}
	t.hung = t.hung || stopped(d)
	return d
}

func stopped(d engine.Decision) bool {
	return d.Outcome == engine.OutcomeTimedOut || d.Outcome == engine.OutcomeAbandoned
}

// policy is the policy in an environment.
func (t *table) policy(env engine.Environment) (*runtime.Policy, *engine.Fault) {
	key := show(env)
	if p, ok := t.policies[key]; ok {
		return p, nil
	}
	p, fault := runtime.New(t.program, env, t.options.Limits)
	if fault == nil {
		t.policies[key] = p
	}
	return p, fault
}
