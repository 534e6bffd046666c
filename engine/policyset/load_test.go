package policyset_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/runtime"
)

var env = engine.Environment{Targets: []engine.Target{{Name: "claude", Dialect: engine.Anthropic}}}

const good = `export function decide() { return { send: "claude" }; }`

// folder makes a file system of names and texts in turn.
func folder(namesAndTexts ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i := 0; i < len(namesAndTexts); i += 2 {
		files[namesAndTexts[i]] = &fstest.MapFile{Data: []byte(namesAndTexts[i+1])}
	}
	return files
}

// loadFrom reads and loads.
func loadFrom(root string, files fs.FS, env engine.Environment, limits runtime.Limits) (*policyset.Set, engine.Faults) {
	src, faults := policyset.Read(root, files)
	if faults != nil {
		return nil, faults
	}
	return policyset.Load(nil, src, env, limits)
}

func load(t *testing.T, files fstest.MapFS) *policyset.Set {
	t.Helper()
	set, faults := loadFrom("policies", files, env, runtime.Limits{})
	if faults != nil {
		t.Fatal(faults)
	}
	t.Cleanup(set.Close)
	return set
}

func TestWhatIsAPolicy(t *testing.T) {
	set := load(t, folder(
		"a.ts", good,
		"b.js", good,
		"b.test.js", `export default [{ name: "r", want: { send: "claude" } }]`,
		"_helper.ts", `export const x = 1`,
		"spillway.d.ts", `declare module "spillway" {}`,
		"tsconfig.json", `{}`,
		"README.md", `# policies`,
		".c.ts.swp", `half a`,
		"lib/d.ts", `export const y = 2`,
		"lib/d.test.ts", `this is no table`,
		"node_modules/e.ts", `export const z = (`,
		".git/f.ts", `export const z = (`,
	))
	if diff := cmp.Diff([]string{"a", "b"}, set.Names()); diff != "" {
		t.Error(diff)
	}
	if p := set.Policy("a"); p == nil || p.Name() != "a" {
		t.Errorf("policy a: %v", p)
	}
	if p := set.Policy("d"); p != nil {
		t.Errorf("lib/d.ts became a policy")
	}
}

func TestEveryFaultOfEveryFileIsReported(t *testing.T) {
	cases := map[string]struct {
		files fstest.MapFS
		want  []string // how each fault begins
	}{
		"two syntax errors, a bad import, a failing row and no decide": {
			folder(
				"a.ts", "export function decide() {\n  return { send: }\n}",
				"b.ts", `export function decide() { return { send: "claude" `,
				"c.ts", `import { x } from "./lib/missing"; export default { decide: () => x }`,
				"d.ts", good,
				"d.test.ts", `export default [{ name: "r", want: { send: "openai" } }]`,
				"e.ts", `export const decid = () => ({})`,
				"f.ts", good,
				"f.test.ts", `export default [`,
			),
			[]string{
				`policies/a.ts:2:18: unexpected "}"`,
				`policies/b.ts:1:52: expected "}" but found end of file`,
				`policies/c.ts:1:19: cannot find "./lib/missing"`,
				`policies/e.ts: the file exports no function decide`,
				`policies/d.test.ts:1:38: row "r": send: want "openai", got "claude"`,
				`policies/f.test.ts:1:17: unexpected end of file`,
			},
		},
		"a fault in a helper": {
			folder("a.ts", `import { x } from "./lib/x"; export const decide = () => x;`, "lib/x.ts", `export const x = 1 +`),
			[]string{`policies/lib/x.ts:1:21: unexpected end of file`},
		},
		"a throw while loading": {
			folder("a.ts", "import { x } from './lib/x';\nexport const y = x();\n"+good, "lib/x.ts", "export function x() { throw new Error('no') }"),
			[]string{`policies/lib/x.ts:1:`},
		},
		"one name twice":          {folder("a.js", good, "a.ts", good), []string{`policies/a.ts: there are two policies called "a"`}},
		"a table of nothing":      {folder("overload.ts", good, "overlaod.test.ts", `export default []`), []string{`policies/overlaod.test.ts: there is no policy "overlaod" for this table to test (did you mean "overload"?)`}},
		"nothing":                 {folder("README.md", "hello"), []string{`policies: there is no policy here (a policy is a .ts or .js file in this folder, such as overload.ts)`}},
		"a table of a bad policy": {folder("a.ts", `export default {`, "a.test.ts", `export default [{}]`), []string{`policies/a.ts:1:17: `}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			set, faults := loadFrom("policies", c.files, env, runtime.Limits{})
			if set != nil || len(faults) != len(c.want) {
				t.Fatalf("set: %v, faults:\n%v", set, faults)
			}
			for i, want := range c.want {
				if got := faults[i].Error(); !strings.HasPrefix(got, want) {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			}
		})
	}
}

func TestPlacesInAMessageAreBelowTheRoot(t *testing.T) {
	_, faults := loadFrom("/etc/policies", folder(
		"a.ts", good,
		"a.test.ts", `export default [{ name: "r", want: { send: "openai" } }]`,
		"b.ts", "import { x } from './lib/x';\nexport const y = x();\n"+good,
		"lib/x.ts", "export function x() { throw new Error('no') }",
	), env, runtime.Limits{})
	var got []string
	for _, f := range faults {
		got = append(got, f.File)
		got = append(got, f.Stack...)
	}
	want := []string{"/etc/policies/lib/x.ts", "x (/etc/policies/lib/x.ts:1:29)", "<anonymous> (/etc/policies/b.ts:2:18)", "/etc/policies/a.test.ts", "decide (/etc/policies/a.ts:1:28)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAFolderThatCannotBeRead(t *testing.T) {
	missing := t.TempDir() + "/missing"
	_, faults := loadFrom(missing, os.DirFS(missing), env, runtime.Limits{})
	if len(faults) != 1 || faults[0].Error() != missing+": cannot be read: no such file or directory" {
		t.Errorf("got %v", faults)
	}
}

// Every file that cannot be read is told of at once, and none is waited for.
func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(syscall.Mkfifo(dir+"/pipe.ts", 0o600), os.Symlink("none", dir+"/broken.ts"), os.Mkdir(dir+"/folder.ts", 0o700),
		os.Symlink("/dev/zero", dir+"/_zero.json"), os.WriteFile(dir+"/a.ts", []byte(good), 0o600)); err != nil {
		t.Fatal(err)
	}
	src, faults := policyset.Read("p", os.DirFS(dir))
	want := "p/_zero.json: cannot be read: it is not a regular file\np/broken.ts: cannot be read: no such file or directory\n" +
		"p/pipe.ts: cannot be read: it is not a regular file"
	if faults.Error() != want || strings.Join(src.Names(), " ") != "a broken pipe" {
		t.Errorf("%v\n%v", faults, src.Names())
	}
}

func TestRevision(t *testing.T) {
	files := folder("a.ts", good, "lib/x.ts", "export const x = 1")
	first := load(t, files).Revision()
	if len(first) != 12 {
		t.Errorf("revision %q", first)
	}
	revision := func(files fstest.MapFS, env engine.Environment) string {
		src, faults := policyset.Read("policies", files)
		if faults != nil {
			t.Fatal(faults)
		}
		return src.Revision(env)
	}
	tuned := engine.Environment{Targets: env.Targets, Vars: map[string]any{"queue": "20s"}}
	aliased := engine.Environment{Targets: []engine.Target{{Name: "claude", Dialect: engine.Anthropic, Models: map[string]string{"a": "b"}}}}
	cases := map[string]struct {
		got  string
		same bool
	}{
		"nothing changed":    {revision(files, env), true},
		"noise":              {revision(folder("a.ts", good, "lib/x.ts", "export const x = 1", "a.ts~", "x", ".a.ts.swp", "x", ".git/a.ts", "x", "node_modules/a.ts", "x"), env), true},
		"a policy":           {revision(folder("a.ts", good+" ", "lib/x.ts", "export const x = 1"), env), false},
		"a helper":           {revision(folder("a.ts", good, "lib/x.ts", "export const x = 2"), env), false},
		"a name":             {revision(folder("b.ts", good, "lib/x.ts", "export const x = 1"), env), false},
		"a table":            {revision(folder("a.ts", good, "a.test.ts", "", "lib/x.ts", "export const x = 1"), env), false},
		"texts that moved":   {revision(folder("a.ts", "", "lib/x.ts", good+"export const x = 1"), env), false},
		"vars":               {revision(files, tuned), false},
		"a target's alias":   {revision(files, aliased), false},
		"no policies at all": {revision(folder(), env), false},
	}
	for name, c := range cases {
		if (c.got == first) != c.same {
			t.Errorf("%s: revision %s, at first %s", name, c.got, first)
		}
	}
}

// What goes wrong while a policy serves is told with the same path as what is wrong when it loads.
func TestDecisionsNameFilesBelowTheRoot(t *testing.T) {
	set := load(t, folder(
		"a.ts", "import { boom } from \"./lib/boom\";\nexport function decide(request, attempts) {\n  if (attempts.length) boom();\n  return { send: \"claude\" };\n}",
		"lib/boom.ts", "export function boom() { throw new Error(\"no\"); }",
	))
	d := set.Policy("a").Decide(engine.Input{Attempts: []engine.Attempt{{}}})
	if d.Fault == nil || d.Fault.Position.String() != "policies/lib/boom.ts:1:32" || d.Fault.Stack[1] != "decide (policies/a.ts:3:24)" ||
		d.Fault.Source != `export function boom() { throw new Error("no"); }` {
		t.Errorf("got %+v", d.Fault)
	}
	if at := set.Policy("a").Decide(engine.Input{}).At.String(); at != "policies/a.ts:4:3" {
		t.Errorf("decided at %s", at)
	}
}
