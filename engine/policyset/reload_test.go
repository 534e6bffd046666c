package policyset_test

import (
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/runtime"
)

// restless is a folder that is edited while it is read: twice after every file.
type restless struct {
	fstest.MapFS
	edits int
	quiet bool
}

// Open implements [fs.FS].
func (r *restless) Open(name string) (fs.File, error) {
	f, err := r.MapFS.Open(name)
	if !r.quiet {
		r.edit()
		r.edit()
	}
	return f, err
}

// edit breaks the folder with one edit in three, in turn in every way, and mends it with the next. Every edit makes a new
// version of the helper that both policies share.
func (r *restless) edit() {
	r.edits++
	version := fmt.Sprintf("export const version = %q;", fmt.Sprint(r.edits))
	write := func(name, text string) { r.MapFS[name] = &fstest.MapFile{Data: []byte(text)} }
	const policy = `import { version } from "./lib/version"; export function decide() { return { send: "claude", because: version }; }`
	write("a.ts", policy)
	write("b.ts", policy)
	write("b.test.ts", `export default [{ name: "r", want: { send: "claude" } }];`)
	write("lib/version.ts", version)
	if r.edits%3 != 0 {
		return
	}
	switch r.edits / 3 % 5 {
	case 0:
		write("b.ts", policy[:len(policy)/2]) // half-written
	case 1:
		write("lib/version.ts", "")
	case 2:
		write("b.test.ts", `export default [{ name: "r", want: { send: "openai" } }];`)
	case 3:
		write("a.ts", `export function decide( {}`)
	case 4:
		write("a.js", policy) // a second policy a
	}
	if r.edits/3%5 != 4 {
		delete(r.MapFS, "a.js")
	}
}

func TestAThousandEditsNeverLoadHalfASet(t *testing.T) {
	folder := &restless{MapFS: fstest.MapFS{}}
	folder.edit()
	loaded, rejected := 0, 0
	for folder.edits < 1000 {
		set, faults := loadFrom("policies", folder, env, runtime.Limits{Decide: time.Second})
		switch {
		case (set == nil) == (faults == nil):
			t.Fatalf("edit %d: set %v with faults %v", folder.edits, set, faults)
		case set == nil:
			rejected++
		default:
			loaded++
			whole(t, set)
		}
	}
	if loaded < 30 || rejected < 30 {
		t.Errorf("%d sets loaded and %d were rejected: the test tests little", loaded, rejected)
	}
	folder.quiet = true
	delete(folder.MapFS, "a.js")
	for folder.edits%3 != 1 {
		folder.edit()
	}
	set, faults := loadFrom("policies", folder, env, runtime.Limits{Decide: time.Second})
	if faults != nil {
		t.Fatal(faults)
	}
	if got, want := whole(t, set), fmt.Sprint(folder.edits); got != want {
		t.Errorf("after the last edit version %s serves, want %s", got, want)
	}
}

// whole asserts that a set has both policies and that they share one version, which it returns. It closes the set.
func whole(t *testing.T, set *policyset.Set) string {
	t.Helper()
	defer set.Close()
	var versions []string
	for _, name := range []string{"a", "b"} {
		p := set.Policy(name)
		if p == nil {
			t.Fatalf("there is no policy %s in %v", name, set.Names())
		}
		d := p.Decide(engine.Input{Request: &engine.Request{API: engine.Anthropic, Model: "m"}, Ctx: engine.Ctx{TimeLeft: time.Minute, StepsLeft: 8}})
		if d.Fault != nil {
			t.Fatal(d.Fault)
		}
		versions = append(versions, d.Action.Because)
	}
	if versions[0] != versions[1] {
		t.Errorf("policies of one set are of versions %v", versions)
	}
	return versions[0]
}
