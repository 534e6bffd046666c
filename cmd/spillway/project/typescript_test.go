package project_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spillway/cmd/spillway/project"
	"spillway/engine/script"
)

// compiler is the version of TypeScript that projects are held against.
const compiler = "7.0.2"

// typescript finds the compiler in the user's cache, or has npm put it there; the test is skipped where neither works.
func typescript(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("no cache to keep the TypeScript compiler in: ", err)
	}
	dir := filepath.Join(cache, "spillway-ci", "typescript-"+compiler)
	tsc := filepath.Join(dir, "node_modules", ".bin", "tsc")
	if _, err := os.Stat(tsc); err == nil {
		return tsc
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm is not installed, so TypeScript cannot be had: ", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, npm, "install", "--prefix", dir, "--no-save", "--no-audit", "--no-fund", "typescript@"+compiler)
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("npm cannot install typescript@%s: %v\n%s", compiler, err, out)
	}
	return tsc
}

// complaints is what the compiler says of a new project with some files changed, one line each.
func complaints(t *testing.T, tsc string, edits map[string]func(string) string) []string {
	t.Helper()
	dir := t.TempDir()
	if _, err := project.Write(dir, script.Types()); err != nil {
		t.Fatal(err)
	}
	for name, edit := range edits {
		file := filepath.Join(dir, name)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(edit(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := exec.Command(tsc, "--noEmit", "--pretty", "false")
	check.Dir = dir
	out, err := check.CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	var errors []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "error TS") {
			errors = append(errors, strings.TrimSpace(line))
		}
	}
	return errors
}

func TestEditorsAgreeWithSpillway(t *testing.T) {
	tsc := typescript(t)
	const policy, tests = "policies/mine.ts", "policies/mine.test.ts"
	for name, c := range map[string]struct{ file, old, new, want string }{
		"as it is":              {},
		"a wrong key":           {policy, `send: first.name, queue`, `sned: first.name, queue`, `sned`},
		"a wrong nested key":    {policy, `model: last.model, for: "30s" }`, `model: last.model, four: "30s" }`, `Action`},
		"a wrong health field":  {policy, `health.overloads`, `health.overload`, `'overloads'`},
		"a wrong request field": {policy, `request.api`, `request.apy`, `'apy'`},
		"a wrong reason":        {policy, `last.retry === "never"`, `last.reason === "overload"`, `"overload"`},
		"a number for a text":   {policy, `{ send: first.name, queue }`, `{ send: 5, queue }`, `Action`},
		"no return on a path":   {policy, `if (!last) return { send: first.name, queue };`, `if (!last) return;`, `undefined`},
		"a browser's function":  {policy, `const last =`, `console.log(1); const last =`, `console`},
		"waiting":               {policy, `decide(request`, `async decide(request`, `Promise`},
		"a wrong import":        {policy, `import { backoff,`, `import { backof,`, `backof`},
		"a wrong row":           {tests, `attempts: [{ reason: "invalid" }]`, `attempt: [{ reason: "invalid" }]`, `attempt`},
		"a wrong field in a row": {
			tests, `health: { claude: { overloads: 5 } }`, `health: { claude: { overload: 5 } }`, `overload`,
		},
		"a wrong reason in a row": {tests, `reason: "invalid"`, `reason: "wrong"`, `"wrong"`},
		"a wrong wanted key":      {tests, `want: { queue: "5s" }`, `want: { qeue: "5s" }`, `qeue`},
		"a storm": {
			tests, `] satisfies Table`, `{ name: "s", storm: "brownout", expect: { success: ">= 99%", "app.p95": "< 30s" } }] satisfies Table`, ``,
		},
		"a wrong metric":        {tests, `] satisfies Table`, `{ name: "s", storm: "x", expect: { sucess: ">= 99%" } }] satisfies Table`, `sucess`},
		"a bound with no bound": {tests, `] satisfies Table`, `{ name: "s", storm: "x", expect: { success: "99%" } }] satisfies Table`, `"99%`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edits := map[string]func(string) string{}
			if c.file != "" {
				edits[c.file] = func(text string) string {
					if !strings.Contains(text, c.old) {
						t.Errorf("%s has no %s", c.file, c.old)
					}
					return strings.Replace(text, c.old, c.new, 1)
				}
			}
			got := complaints(t, tsc, edits)
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("the compiler says %q", got)
			case c.want != "" && (len(got) == 0 || !strings.HasPrefix(got[0], c.file+"(") || !strings.Contains(strings.Join(got, " "), c.want)):
				t.Errorf("the compiler says %q, want something about %s in %s", got, c.want, c.file)
			}
		})
	}
}
