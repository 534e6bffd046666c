package script_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"spillway/engine"
	"spillway/engine/script"
)

var update = flag.Bool("update", false, "write what the faults are now into testdata")

// TestFaults compiles policy.ts or policy.js of every archive in testdata/faults. Its file "faults" holds what the author
// is told.
func TestFaults(t *testing.T) {
	archives, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files, want := fstest.MapFS{}, ""
			kept := make([]txtar.File, 0, len(archive.Files)+1)
			for _, f := range archive.Files {
				if f.Name == "faults" {
					want = string(f.Data)
					continue
				}
				kept = append(kept, f)
				files[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			got := framesOf(compileEntry(files))
			if *update {
				kept = append(kept, txtar.File{Name: "faults", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: kept}), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func compileEntry(files fs.FS) engine.Faults {
	entry := "policy.ts"
	if _, err := fs.Stat(files, "policy.js"); err == nil {
		entry = "policy.js"
	}
	_, faults := script.Compile(files, entry)
	return faults
}

func framesOf(faults engine.Faults) string {
	var b strings.Builder
	for _, f := range faults {
		b.WriteString(f.Frame())
	}
	return b.String()
}

// TestPlacesOfReturns compiles policies in which /*1*/, /*2*/ … stand before the returns of decide, in the order in which
// the bundle has them, and /*0*/ before decide itself.
func TestPlacesOfReturns(t *testing.T) {
	helper := "// é\nexport function other(x: unknown) { return { send: x as string }; }\n"
	tests := []struct{ name, policy, helper string }{
		{name: "method", policy: `
			import { other, type Unused } from "./lib/helper"; // é
			interface Shape { a: number }
			export default {
				/*0*/decide(request, attempts) {
					const names = attempts.map((a) => { return a.target; }).filter((n) => n);
					/* é */ if (names.length > 8) /*1*/return { fail: "last" };
					switch (names[0]) {
						case "é": /*2*/return other(names[0]);
						default: try { /*3*/return { send: "a" }; } finally { if (request) /*4*/return; }
					}
					/*5*/return names.length ? { send: "é" } : {
						send: "claude",
					};
				},
			};`},
		{name: "function", policy: `export function /*0*/decide() { /*1*/return { send: "a" }; }`},
		{name: "default function", policy: `export /*0*/default function () { /*1*/return { send: "a" }; }`},
		{name: "default function with a name", policy: `export /*0*/default function choose() { /*1*/return { send: "a" }; }`},
		{name: "default arrow", policy: `export /*0*/default (request) => (/*1*/{ send: request.model });`},
		{name: "concise choice", policy: `export const /*0*/decide = (r) => /*1*/r.stream ? { send: "a" } : { send: "b" };`},
		{name: "concise call", policy: `import { other } from "./lib/helper"; export const /*0*/decide = (r) => /*1*/other(r.model);`},
		{name: "property", policy: `export default { onError: "deny", /*0*/decide: function () { /*1*/return { send: "a" }; } };`},
		{name: "object with a name", policy: `const policy = { /*0*/decide() { /*1*/return { send: "a" }; } }; export default policy;`},
		{name: "shorthand", policy: `const /*0*/decide = () => { /*1*/return { send: "a" }; }; export default { decide };`},
		{name: "another name", policy: `const /*0*/choose = () => { /*1*/return { send: "a" }; }; export default { decide: choose };`},
		{name: "renamed export", policy: `function /*0*/choose() { /*1*/return { send: "a" }; } export { choose as decide };`},
		{name: "class", policy: `class Policy { /*0*/decide() { /*1*/return { send: "a" }; } } export default new Policy();`},
		{name: "class field", policy: `class Policy { /*0*/decide = () => { /*1*/return { send: "a" }; } } export default new Policy();`},
		{name: "made by a function", policy: `const make = (target) => ({ /*0*/decide: () => (/*1*/{ send: target }) }); export default make("a");`},
		{
			name:   "in another file",
			policy: `export { choose as decide } from "./lib/helper";`,
			helper: "// é\nexport function /*0*/choose() {\n\t/*1*/return { send: 'a' };\n}",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := fstest.MapFS{"p/policy.ts": {Data: []byte(tt.policy)}, "p/lib/helper.ts": {Data: []byte(tt.helper)}}
			if tt.helper == "" {
				files["p/lib/helper.ts"].Data = []byte(helper)
			}
			program, faults := script.Compile(files, "p/policy.ts")
			if faults != nil {
				t.Fatal(framesOf(faults))
			}
			n := 0
			for ; program.Return(n) != (engine.Position{}); n++ {
				at := program.Return(n)
				before := program.Line(at)[:at.Column-1]
				if marker := "/*" + string(rune('0'+n)) + "*/"; !strings.HasSuffix(before, marker) {
					t.Errorf("return %d is at %s, after %q, want after %s", n, at, before, marker)
				}
			}
			if want := strings.Count(tt.policy+tt.helper, "*/") - strings.Count(tt.policy, "/* é */"); n != want {
				t.Errorf("%d places, want %d", n, want)
			}
		})
	}
}

func TestEveryReturnIsMarkedWhenDecideIsMadeAtRunTime(t *testing.T) {
	files := fstest.MapFS{"policy.js": {Data: []byte(`
		const guard = (f) => (...args) => f(...args);
		export default guard((request) => {
			return { send: request.model };
		});`)}}
	program, faults := script.Compile(files, "policy.js")
	if faults != nil {
		t.Fatal(framesOf(faults))
	}
	var lines []int
	for n := 1; program.Return(n).Line > 0; n++ {
		lines = append(lines, program.Return(n).Line)
	}
	if diff := cmp.Diff([]int{2, 2, 4}, lines); diff != "" {
		t.Errorf("lines of returns (-want +got):\n%s", diff)
	}
	if got, want := program.Return(0), (engine.Position{File: "policy.js"}); got != want {
		t.Errorf("decide is at %v, want %v", got, want)
	}
}

func TestImports(t *testing.T) {
	files := fstest.MapFS{
		"lib/a.ts":    {Data: []byte(`export const a = "a";`)},
		"lib/b.js":    {Data: []byte(`export const b = "b";`)},
		"lib/c.json":  {Data: []byte(`{ "c": "é" }`)},
		"lib/deep.ts": {Data: []byte(`export * from "../lib/a";`)},
		"shared.ts":   {Data: []byte(`export const shared = 1;`)},
	}
	for _, statement := range []string{
		`import { a } from "./lib/a";`, `import { a } from "./lib/a.ts";`, `import { a } from "./lib/a.js";`, `import { b } from "./lib/b";`,
		`import { b } from "./lib/b.js";`, `import c from "./lib/c.json";`, `import * as deep from "./lib/deep";`, `import { shared } from "./lib/../shared";`,
		`import { backoff, hash } from "spillway";`, `import type { Policy } from "spillway";`, `import { type Policy, backoff } from "spillway";`,
		`import { Policy } from "spillway";`, // a type, which only TypeScript's own tools would know
	} {
		files["policy.ts"] = &fstest.MapFile{Data: []byte(statement + "\nexport const decide = () => ({ send: 'a' });")}
		if _, faults := script.Compile(files, "policy.ts"); faults != nil {
			t.Errorf("%s\n%s", statement, framesOf(faults))
		}
	}
}

func TestName(t *testing.T) {
	files := fstest.MapFS{"policies/overload.test.ts": {Data: []byte(`export default [];`)}}
	program, faults := script.Compile(files, "policies/overload.test.ts")
	if faults != nil {
		t.Fatal(framesOf(faults))
	}
	if program.Name() != "overload.test" || program.File() != "policies/overload.test.ts" {
		t.Errorf("got name %q and file %q", program.Name(), program.File())
	}
}

func FuzzCompile(f *testing.F) {
	f.Add("export default { decide(request) { return { send: request.model }; } };")
	f.Add("function __export(a) { return a } export const decide = () => __export(1), x = /(?=a)/;")
	f.Add("import x from './x.json'; class A { static { eval('1') } decide = async () => x } export default new A")
	f.Fuzz(func(t *testing.T, source string) {
		program, faults := script.Compile(fstest.MapFS{"policy.ts": {Data: []byte(source)}}, "policy.ts")
		if (program == nil) == (faults == nil) {
			t.Fatalf("program %v, faults %v", program, faults)
		}
		for _, fault := range faults {
			if fault.Message == "" || fault.File == "" || fault.Line > 1+len(source) {
				t.Errorf("fault without a place or words: %#v", fault)
			}
			fault.Frame()
		}
	})
}
