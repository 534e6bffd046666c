package runtime

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	got, fault := Table(compile(t, `
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

func TestFilesThatAreNoTable(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{`export const rows = [];`, `policy.ts: the file has no default export (` + tableHint + `)`},
		{``, `policy.ts: the file has no default export (` + tableHint + `)`},
		{`export default () => [];`, `policy.ts: the file has no default export (` + tableHint + `)`},
		{"const a = [];\na.push(a);\nexport default a;", `policy.ts: the file threw TypeError: Converting circular structure to JSON`},
		{`export default [console];`, "policy.ts:1:17: the file threw ReferenceError: console is not defined (a policy prints nothing: say why in `because`)"},
		{`while (true) {} export default [];`, `policy.ts: the file took longer than 1s (is there a loop that does not end?)`},
	} {
		if _, fault := Table(compile(t, tt.source)); fault == nil || fault.Error() != tt.want {
			t.Errorf("%s\ngot  %v\nwant %s", tt.source, fault, tt.want)
		}
	}
}
