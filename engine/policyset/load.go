package policyset

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"spillway/engine"
	"spillway/engine/nearest"
	"spillway/engine/runtime"
	"spillway/engine/script"
	"spillway/engine/table"
)

// Load compiles every policy in the root of the source and runs the tables beside them. It returns a whole set, or every fault
// of every file; a half-written file is a fault like any other, and the next look at the folder finds it whole.
//
// `name.ts` or `name.js` is the policy called name, and `name.test.ts` or `name.test.js` its table. Files that begin with _,
// end in .d.ts or are in folders are helpers.
//
// previous is the set in use, nil when there is none: a table that passed in it is not run again for the same code, targets
// and vars. That is what makes an edit quick.
func Load(previous *Set, src *Source, env engine.Environment, limits runtime.Limits) (*Set, engine.Faults) {
	l := &loading{folder: src.folder(), source: src, env: env, limits: limits, programs: make(map[string]*script.Program),
		set: &Set{revision: src.Revision(env), policies: make(map[string]*runtime.Policy), passed: make(map[trial]bool)}}
	if previous != nil {
		l.passed = previous.passed
	}
	names := slices.Sorted(maps.Keys(src.texts))
	for _, file := range names {
		if role, name := roleOf(file); role == isPolicy {
			l.policy(file, name)
		}
	}
	for _, file := range names {
		if role, name := roleOf(file); role == isTable {
			l.table(file, name)
		}
	}
	if len(l.programs) == 0 && len(l.faults) == 0 {
		l.fault(l.empty())
	}
	if len(l.faults) > 0 {
		l.set.Close()
		return nil, l.faults
	}
	return l.set, nil
}

// loading is a set under construction.
type loading struct {
	folder   script.Folder
	source   *Source
	env      engine.Environment
	limits   runtime.Limits
	programs map[string]*script.Program // by policy; nil for one that does not compile
	passed   map[trial]bool             // in the set before this one
	set      *Set
	faults   engine.Faults
}

// trial is all that decides whether a table passes.
type trial struct {
	policy, table [sha256.Size]byte
	env           string
	limits        runtime.Limits
}

func (l *loading) policy(file, name string) {
	if _, taken := l.programs[name]; taken {
		l.fault(l.twice(file, name))
		return
	}
	program, faults := l.folder.Compile(file)
	l.programs[name] = program
	if faults != nil {
		l.fault(faults...)
		return
	}
	ready, fault := runtime.New(program, l.env, l.limits)
	if fault != nil {
		l.fault(fault)
		return
	}
	l.set.policies[name] = ready
}

func (l *loading) table(file, name string) {
	program, known := l.programs[name]
	switch {
	case !known:
		l.fault(l.orphan(file, name))
		return
	case l.set.policies[name] == nil:
		return // the policy's own faults say why
	}
	tests, faults := l.folder.CompileTable(file)
	if faults != nil {
		l.fault(faults...)
		return
	}
	this := trial{program.Sum(), tests.Sum(), digest(l.env), l.limits}
	if !l.passed[this] {
		_, faults = table.Run(program, tests, table.Options{Env: l.env, Limits: l.limits})
		l.fault(faults...)
	}
	l.set.passed[this] = true // a set with a fault is thrown away
}

func (l *loading) fault(faults ...*engine.Fault) { l.faults = append(l.faults, faults...) }

// at is a file of the folder as a whole.
func (l *loading) at(file string) engine.Position {
	return engine.Position{File: path.Join(l.folder.Root, file)}
}

func (l *loading) empty() *engine.Fault {
	return &engine.Fault{
		Position: l.at(""), Message: "there is no policy here", Hint: "a policy is a .ts or .js file in this folder, such as overload.ts",
	}
}

func (l *loading) twice(file, name string) *engine.Fault {
	return &engine.Fault{
		Position: l.at(file), Message: fmt.Sprintf("there are two policies called %q", name),
		Hint: "a policy's name is its file's, without .ts or .js: rename or remove one",
	}
}

// orphan is the fault of a table without a policy.
func (l *loading) orphan(file, name string) *engine.Fault {
	return &engine.Fault{
		Position: l.at(file), Message: fmt.Sprintf("there is no policy %q for this table to test", name), Hint: meant(name, l.source.Names()),
	}
}

func meant(name string, names []string) string {
	if near := nearest.Name(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "a table has the name of its policy: name.test.ts for name.ts"
}

func unreadable(file string, err error) *engine.Fault {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	return &engine.Fault{Position: engine.Position{File: file}, Message: "cannot be read: " + err.Error()}
}
