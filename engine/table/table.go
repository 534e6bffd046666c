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
//	table.go     run a table; what became of its rows
//	row.go       read a row: its environment and what it wants
//	request.go   … its request
//	attempt.go   … its attempts
//	ctx.go       … its world
//	object.go    read JavaScript objects strictly
//	plain.go     an action in the policy API's words
//	match.go     compare it with what the row wants
//	fault.go     problems of a row as faults, at the row's place in the file
package table

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/engine/script"
)

// Report is what became of a table.
type Report struct {
	Policy string // the policy's name
	File   string // the table's file
	Rows   []Result
}

// patience is the least time a row's decision gets. A table must not fail because the machine is busy, as it is when a
// reload compiles while requests are served.
const patience = time.Second

// Result is what became of one row.
type Result struct {
	Name   string
	Faults engine.Faults
}

// OK says whether the row got what it wanted.
func (r Result) OK() bool { return len(r.Faults) == 0 }

// Run asks the policy every row of a table. Each row is asked twice in one runtime and once in a fresh one, and must be
// answered alike: what a module keeps between calls differs from one runtime to the next.
//
// source is the text of the table's file, in which rows are looked up by name to say where they are. env is the
// configuration's; a row that names targets of its own gets an environment of its own. limits are the configuration's too,
// but every decision has a second; at the first that takes longer the table ends. The faults are all those of the report,
// and those of the table as such.
func Run(policy, test *script.Program, source []byte, env engine.Environment, limits runtime.Limits) (Report, engine.Faults) {
	report := Report{Policy: policy.Name(), File: test.File()}
	value, fault := runtime.Table(test)
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
	limits.Decide = max(limits.Decide, patience)
	t := &table{program: policy, file: test.File(), source: source, limits: limits, policies: make(map[string]*runtime.Policy)}
	defer t.close()
	var faults engine.Faults
	for i, value := range rows {
		result := t.run(readRow(i+1, value, env))
		report.Rows = append(report.Rows, result)
		faults = append(faults, result.Faults...)
		if t.hung {
			break // every row that hangs costs as much again
		}
	}
	return report, faults
}

// table is a table while it runs.
type table struct {
	program  *script.Program
	file     string
	source   []byte
	limits   runtime.Limits
	policies map[string]*runtime.Policy // by environment
	hung     bool                       // a decision had to be stopped
}

func (t *table) close() {
	for _, p := range t.policies {
		p.Close()
	}
}

func (t *table) run(r row, problems []problem) Result {
	result := Result{Name: r.name}
	if len(problems) > 0 {
		result.Faults = t.faults(r, problems)
		return result
	}
	policy, fault := t.policy(r.env)
	if fault != nil {
		result.Faults = engine.Faults{t.blame(r, fault)}
		return result
	}
	first := policy.Decide(r.input)
	t.hung = first.Outcome == engine.OutcomeTimedOut || first.Outcome == engine.OutcomeAbandoned
	result.Faults = t.judge(r, first)
	if t.hung || !result.OK() {
		return result
	}
	problems = unsteady("the second time", first, policy.Decide(r.input))
	if problems == nil {
		problems = unsteady("in a fresh runtime", first, policy.DecideFresh(r.input))
	}
	result.Faults = t.faults(r, problems)
	return result
}

// policy is the policy in an environment.
func (t *table) policy(env engine.Environment) (*runtime.Policy, *engine.Fault) {
	key := show(env)
	if p, ok := t.policies[key]; ok {
		return p, nil
	}
	p, fault := runtime.New(t.program, env, t.limits)
	if fault == nil {
		t.policies[key] = p
	}
	return p, fault
}

// judge compares a decision with what the row wants.
func (t *table) judge(r row, d engine.Decision) engine.Faults {
	switch {
	case r.want == nil && d.Fault == nil:
		return t.faults(r, []problem{{path: "throws", message: "want an error, got " + show(plain(d.Action)), caller: caller(d)}})
	case r.want == nil && !strings.Contains(d.Fault.Message, r.throws):
		return t.faults(r, []problem{{path: "throws", message: fmt.Sprintf("want %q, got %q", r.throws, d.Fault.Message)}})
	case r.want == nil:
		return nil
	case d.Fault != nil:
		return engine.Faults{t.blame(r, d.Fault)}
	}
	problems := match("", r.want, plain(d.Action))
	for i := range problems {
		problems[i].caller = caller(d)
	}
	return t.faults(r, problems)
}

// caller is where a decision was made, as a fault's stack says it.
func caller(d engine.Decision) string {
	if d.At == (engine.Position{}) {
		return ""
	}
	return "decide (" + d.At.String() + ")"
}

// unsteady reports how a decision differs from the first one on the same input.
func unsteady(when string, first, other engine.Decision) []problem {
	a, b := outcome(first), outcome(other)
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	for _, key := range append([]string{"throws"}, slices.Sorted(maps.Keys(keys))...) {
		if !reflect.DeepEqual(a[key], b[key]) {
			return []problem{{
				path: key, message: fmt.Sprintf("%s at first, %s %s, for the same input", found(a[key]), found(b[key]), when),
				hint: "the policy keeps state in its module, which every runtime has its own of: decide by attempts, ctx.health or ctx.count",
			}}
		}
	}
	return nil
}

func outcome(d engine.Decision) map[string]any {
	if d.Fault != nil {
		return map[string]any{"throws": d.Fault.Message}
	}
	return plain(d.Action)
}
