package runtime

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"spillway/engine/script"
)

func TestTable(t *testing.T) {
	got, _, fault := Table(compileTable(t, `
		import { backoff, type Table } from "spillway";
		const targets = [{ name: "claude" }];
		export default [
			{ name: "one", ctx: { targets, now: Date.now() }, want: { after: 0.5, model: undefined, f() {} }, throws: null },
			...[1, 2].map((n) => ({ name: "n" + n, ok: true })),
		] satisfies Table;`))
	if fault != nil {
		t.Fatal(fault.Frame())
	}
	want := []any{
		map[string]any{
			"name": "one", "ctx": map[string]any{"targets": []any{map[string]any{"name": "claude"}}, "now": 0.0},
			"want": map[string]any{"after": 0.5}, "throws": nil,
		},
		map[string]any{"name": "n1", "ok": true},
		map[string]any{"name": "n2", "ok": true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func compileTable(t *testing.T, source string) *script.Program {
	t.Helper()
	program, faults := script.Folder{FS: fstest.MapFS{"policy.ts": {Data: []byte(source)}}}.CompileTable("policy.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	return program
}

// A part of a table was written where its key is, or where the object is that it comes from.
func TestPlacesOfTables(t *testing.T) {
	_, places, fault := Table(compileTable(t, `const ctx = { targets: [{ name: "a" }] }; const made: any = {}; made.key = 1;
export default [
  { name: "one", ctx, attempts: Array(2).fill({ reason: "paused" }), want: { "pause": { for: "3s" }, [made.key]: made } },
  { ...ctx, "a/b": { c: [{ d: 1 }, { ...ctx }] } },
];`))
	if fault != nil {
		t.Fatal(fault.Frame())
	}
	for path, want := range map[string]string{
		"[0]": "3:3", "[0].name": "3:5", "[0].ctx": "3:18", "[0].ctx.targets": "1:15", "[0].ctx.targets[0].name": "1:27",
		"[0].attempts[1].reason": "3:49", "[0].want.pause": "3:78", "[0].want.pause.for": "3:89", "[0].want.pause.model": "3:78",
		"[0].want.1": "1:61", "[0].want.1.key": "1:61", "[1]": "4:3", "[1].targets": "4:3", "[1].a/b.c[0].d": "4:28", "[1].a/b.c[1]": "4:36", "[2]": "",
	} {
		at, _ := places.At(path)
		if got := strings.TrimPrefix(at.String(), "policy.ts:"); got != want {
			t.Errorf("%s was written at %s, want %s", path, got, want)
		}
	}
}

func TestFilesThatAreNoTable(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{`export const rows = [];`, `policy.ts: the file has no default export (` + tableHint + `)`},
		{``, `policy.ts: the file has no default export (` + tableHint + `)`},
		{`export default () => [];`, `policy.ts: the file has no default export (` + tableHint + `)`},
		{"const a = [];\na.push(a);\nexport default a;", `policy.ts: the file threw TypeError: Converting circular structure to JSON`},
		{`export default [console];`, "policy.ts:1:17: the file threw ReferenceError: console is not defined (a policy prints nothing: say why in `because`)"},
		{`while (true) {} export default [];`, `policy.ts:1:8: the file took longer than 1s (is there a loop that does not end?)`},
	} {
		if _, _, fault := Table(compileTable(t, tt.source)); fault == nil || fault.Error() != tt.want {
			t.Errorf("%s\ngot  %v\nwant %s", tt.source, fault, tt.want)
		}
	}
}
