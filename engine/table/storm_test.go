package table_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"spillway/engine/script"
	"spillway/engine/table"
)

func TestStorms(t *testing.T) {
	const whole = `storm: "brownout", seed: 7, vars: { a: 1 }, expect: { success: ">= 99%", p95: "< 30s" }`
	bounds := []table.Bound{{Metric: "p95", Text: "< 30s"}, {Metric: "success", Text: ">= 99%"}}
	cases := map[string]struct {
		row      string
		measured []table.Measured
		err      error
		want     []string
	}{
		"within bounds": {row: whole, measured: []table.Measured{{Bound: bounds[0], Got: "29s", Holds: true}, {Bound: bounds[1], Got: "99%", Holds: true}}},
		"outside": {
			row: whole, measured: []table.Measured{{Bound: bounds[0], Got: "30s"}, {Bound: bounds[1], Got: "98%"}},
			want: []string{`p.test.ts:2:70: row "r": success: want >= 99%, got 98%`, `p.test.ts:2:89: row "r": p95: want < 30s, got 30s`},
		},
		"no such metric": {
			row: whole, measured: []table.Measured{{Bound: bounds[0], Wrong: errors.New("there is no p95")}},
			want: []string{`p.test.ts:2:89: row "r": expect: there is no p95`},
		},
		"no such scenario": {row: whole, err: errors.New("there is no scenario"), want: []string{`p.test.ts:2:16: row "r": storm: there is no scenario`}},
		"typos": {
			row: `storm: "brownout", sed: 1, expect: { p95: 30 }`,
			want: []string{
				`p.test.ts:2:35: row "r": sed: unknown key (did you mean "seed"?)`,
				`p.test.ts:2:53: row "r": expect.p95: must be a string, not 30`,
			},
		},
		"nothing expected": {
			row: `storm: "x"`, want: []string{`p.test.ts:2:3: row "r": expect: is missing (say what must hold: expect: { success: ">= 99%", p95: "< 30s" })`},
		},
		"no storm": {
			row:  `expect: { success: "> 1%" }`,
			want: []string{`p.test.ts:2:3: row "r": storm: is missing beside expect (name a scenario: storm: "brownout", or a file: storm: "./storms/mine.yaml")`},
		},
		"a row is one or the other": {
			row:  `storm: "x", expect: { success: "> 1%" }, want: {}`,
			want: []string{`p.test.ts:2:57: row "r": want: unknown key (known here: name, storm, seed, vars, expect)`},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var sent []table.Storm
			got := storm(t, c.row, func(s table.Storm) ([]table.Measured, error) {
				sent = append(sent, s)
				return c.measured, c.err
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if c.row != whole {
				return
			}
			if len(sent) != 1 || sent[0].Policy == nil {
				t.Fatalf("sent %+v", sent)
			}
			sent[0].Policy = nil
			want := table.Storm{File: "p.test.ts", Scenario: "brownout", Seed: 7, Vars: map[string]any{"a": 1.0}, Expect: bounds}
			if diff := cmp.Diff(want, sent[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// storm runs one row, a storm, and gives its faults.
func storm(t *testing.T, row string, send func(table.Storm) ([]table.Measured, error)) (messages []string) {
	t.Helper()
	folder := script.Folder{FS: fstest.MapFS{
		"p.ts":      {Data: []byte(`export function decide() { return { send: "claude" } }`)},
		"p.test.ts": {Data: []byte("export default [\n  { name: \"r\", " + row + " },\n];\n")},
	}}
	policy, faults := folder.Compile("p.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	test, faults := folder.CompileTable("p.test.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	report, faults := table.Run(policy, test, table.Options{Env: configured, Storm: send})
	if len(report.Rows) != 1 || !report.Rows[0].Storm {
		t.Errorf("report %+v", report)
	}
	for _, f := range faults {
		messages = append(messages, f.Error())
	}
	return messages
}
