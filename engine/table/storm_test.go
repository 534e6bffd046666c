package table_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"spillway/engine/script"
	"spillway/engine/table"
)

func TestStorms(t *testing.T) {
	cases := map[string]struct {
		row     string
		figures table.Figures
		err     error
		want    []string
	}{
		"within bounds": {
			`storm: "brownout", seed: 7, vars: { a: 1 }, expect: { success: ">= 99%", p95: "< 30s", amplification: "<=1.2", dollars: "< $2", queue: "== 3" }`,
			table.Figures{"success": 0.99, "p95": 29999, "amplification": 1.2, "dollars": 1.99, "queue": 3}, nil, nil,
		},
		"outside": {
			`storm: "brownout", seed: 7, vars: { a: 1 }, expect: { success: "> 99%", p95: "< 30s", amplification: "<= 1.2", smaller: "== 0%" }`,
			table.Figures{"success": 0.99, "p95": 30000, "amplification": 1.21, "smaller": 0.25},
			nil,
			[]string{
				`p.test.ts:2:70: row "r": success: want > 99%, got 99.00%`,
				`p.test.ts:2:88: row "r": p95: want < 30s, got 30s`,
				`p.test.ts:2:102: row "r": amplification: want <= 1.2, got 1.21`,
				`p.test.ts:2:127: row "r": smaller: want == 0%, got 25.00%`,
			},
		},
		"not measured": {
			`storm: "brownout", seed: 7, vars: { a: 1 }, expect: { dollars: "< 2" }`, table.Figures{},
			nil,
			[]string{`p.test.ts:2:70: row "r": dollars: want < 2, but it was not measured`},
		},
		"no such scenario": {
			`storm: "brownout", seed: 7, vars: { a: 1 }, expect: { success: "> 99%" }`, nil, errors.New("there is no scenario"),
			[]string{`p.test.ts:2:16: row "r": storm: there is no scenario`},
		},
		"typos": {
			`storm: "brownout", sed: 1, expect: { sucess: "> 99%", p95: 30, amplification: "<= 120%", p50: "< 30", success: "99%" }`, nil, nil,
			[]string{
				`p.test.ts:2:35: row "r": sed: unknown key (did you mean "seed"?)`,
				`p.test.ts:2:53: row "r": expect.sucess: there is no such measure (did you mean "success"?)`,
				`p.test.ts:2:70: row "r": expect.p95: must be a bound such as "< 30s", not 30 (begin with >=, <=, >, < or ==)`,
				`p.test.ts:2:79: row "r": expect.amplification: must be a bound such as "<= 1.2", not "<= 120%" (begin with >=, <=, >, < or ==)`,
				`p.test.ts:2:105: row "r": expect.p50: must be a bound such as "< 30s", not "< 30" (begin with >=, <=, >, < or ==)`,
				`p.test.ts:2:118: row "r": expect.success: must be a bound such as ">= 99%", not "99%" (begin with >=, <=, >, < or ==)`,
			},
		},
		"nothing expected": {`storm: "x"`, nil, nil, []string{`p.test.ts:2:3: row "r": expect: is missing (say what must hold: expect: { success: ">= 99%", p95: "< 30s" })`}},
		"no storm": {
			`expect: { success: "> 1%" }`, nil, nil,
			[]string{`p.test.ts:2:3: row "r": storm: is missing beside expect (name a scenario: storm: "brownout", or a file: storm: "./scenarios/mine.yaml")`},
		},
		"a row is one or the other": {
			`storm: "x", expect: { success: "> 1%" }, want: {}`, nil, nil,
			[]string{`p.test.ts:2:57: row "r": want: unknown key (known here: name, storm, seed, vars, expect)`},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var sent []table.Storm
			faults := storm(t, c.row, func(s table.Storm) (table.Figures, error) {
				sent = append(sent, s)
				return c.figures, c.err
			})
			var got []string
			for _, f := range faults {
				got = append(got, f.Error())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if c.figures == nil && c.err == nil {
				return
			}
			if len(sent) != 1 || sent[0].Scenario != "brownout" || sent[0].Seed != 7 || sent[0].Vars["a"] != 1.0 || sent[0].Row != "r" || sent[0].File != "p.test.ts" {
				t.Errorf("sent %+v", sent)
			}
		})
	}
}

func storm(t *testing.T, row string, send func(table.Storm) (table.Figures, error)) []error {
	t.Helper()
	files := fstest.MapFS{
		"p.ts":      {Data: []byte(`export function decide() { return { send: "claude" } }`)},
		"p.test.ts": {Data: []byte("export default [\n  { name: \"r\", " + row + " },\n];\n")},
	}
	policy, faults := script.Compile(files, "p.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	test, faults := script.Folder{FS: files}.CompileTable("p.test.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	report, faults := table.Run(policy, test, table.Options{Env: configured, Storm: send})
	if !strings.Contains(test.File(), "p.test.ts") || len(report.Rows) != 1 || !report.Rows[0].Storm {
		t.Errorf("report %+v", report)
	}
	var list []error
	for _, f := range faults {
		list = append(list, f)
	}
	return list
}
