package policyset

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/engine/script"
	"spillway/engine/table"
)

// Tests say what [Test] tests, and how; see [table.Options]. All but Env may be zero.
type Tests struct {
	Env    engine.Environment
	Limits runtime.Limits
	// Policy is the only policy to test; "" = all.
	Policy string
	// Coverage asks for what of the policies runs.
	Coverage bool
	// Wants says which rows are run; nil = all.
	Wants func(policy, row string) bool
	// Storm sends storms; nil = they are skipped. StormsOnly leaves out the other rows.
	Storm      func(table.Storm) ([]table.Measured, error)
	StormsOnly bool
	// Row is told of each row as soon as it is done; nil = nobody is.
	Row func(policy string, r table.Result)
	// Done is told of each policy, in the order of their names, as soon as it is done; nil = nobody is.
	Done func(*Tested)
}

// Tested is what became of one policy.
type Tested struct {
	Name     string
	File     string // the policy's file below the root; "" for a table without a policy
	Table    string // the table's; "" when there is none
	Took     time.Duration
	Rows     []table.Result
	Faults   engine.Faults    // of the files; those of rows are with the rows
	Coverage *script.Coverage // nil unless asked for, and when the policy does not compile
}

// OK says whether everything was as it should be.
func (t *Tested) OK() bool {
	return len(t.Faults) == 0 && !slices.ContainsFunc(t.Rows, func(r table.Result) bool { return !r.OK() })
}

// Test runs the tables beside the policies in the root of the source; see [Load] for what is what there. The faults are those
// of the folder as such.
func Test(src *Source, tests *Tests) ([]*Tested, engine.Faults) {
	l := &loading{folder: src.folder(), source: src}
	pairs, faults := l.pairs()
	if len(faults) > 0 {
		return nil, faults
	}
	if _, there := pairs[tests.Policy]; !there && tests.Policy != "" {
		return nil, engine.Faults{{
			Position: l.at(""), Message: fmt.Sprintf("there is no policy %q here", tests.Policy), Hint: meant(tests.Policy, slices.Sorted(maps.Keys(pairs))),
		}}
	}
	var all []*Tested
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		if tests.Policy != "" && name != tests.Policy {
			continue
		}
		t := l.test(name, pairs[name], tests)
		all = append(all, t)
		if tests.Done != nil {
			tests.Done(t)
		}
	}
	return all, nil
}

// pair is a policy's file and its table's; "" for one that is not there.
type pair struct{ policy, table string }

// pairs are all of them by name, and the faults that have no name to stand under.
func (l *loading) pairs() (map[string]pair, engine.Faults) {
	pairs := make(map[string]pair)
	policies := 0
	for _, file := range slices.Sorted(maps.Keys(l.source.texts)) {
		role, name := roleOf(file)
		p := pairs[name]
		switch {
		case role == isPolicy && p.policy != "":
			l.fault(l.twice(file, name))
		case role == isPolicy:
			p.policy = file
			policies++
		case role == isTable:
			p.table = cmp.Or(p.table, file)
		}
		if role != isHelper {
			pairs[name] = p
		}
	}
	if policies == 0 {
		l.fault(l.empty())
	}
	return pairs, l.faults
}

// options are those of one policy's table.
func (t *Tests) options(policy string) table.Options {
	o := table.Options{Env: t.Env, Limits: t.Limits, Storm: t.Storm, StormsOnly: t.StormsOnly}
	if t.Wants != nil {
		o.Wants = func(row string) bool { return t.Wants(policy, row) }
	}
	if t.Row != nil {
		o.Done = func(r table.Result) { t.Row(policy, r) }
	}
	return o
}

func (l *loading) test(name string, files pair, tests *Tests) *Tested {
	began := time.Now()
	t := &Tested{Name: name}
	if files.table != "" {
		t.Table = path.Join(l.folder.Root, files.table)
	}
	if files.policy == "" {
		t.Faults = engine.Faults{l.orphan(files.table, name)}
		return t
	}
	t.File = path.Join(l.folder.Root, files.policy)
	compile := l.folder.Compile
	if tests.Coverage {
		compile = l.folder.CompileCovered
	}
	program, faults := compile(files.policy)
	if t.Faults = faults; len(faults) == 0 {
		t.Coverage = program.Coverage()
		t.run(l.folder, files.table, program, tests.options(name))
	}
	t.Took = time.Since(began)
	return t
}

// run runs the table, or only loads the policy when there is none.
func (t *Tested) run(folder script.Folder, file string, program *script.Program, options table.Options) {
	if file == "" {
		policy, fault := runtime.New(program, options.Env, options.Limits)
		if fault != nil {
			t.Faults = engine.Faults{fault}
			return
		}
		policy.Close()
		return
	}
	test, faults := folder.CompileTable(file)
	if len(faults) > 0 {
		t.Faults = faults
		return
	}
	report, faults := table.Run(program, test, options)
	if t.Rows = report.Rows; len(report.Rows) == 0 {
		t.Faults = faults
	}
}
