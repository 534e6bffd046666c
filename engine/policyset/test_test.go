package policyset_test

import (
	"fmt"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/table"
)

// trial runs the tests of a folder and gives what was told, in order.
// sources are files that can all be read.
func sources(files fs.FS) *policyset.Source {
	src, faults := policyset.Read("policies", files)
	if faults != nil {
		panic(faults)
	}
	return src
}

func trial(t *testing.T, files map[string]string, tests policyset.Tests) (told []string) {
	t.Helper()
	var list []string
	for name, text := range files {
		list = append(list, name, text)
	}
	tests.Env = env
	tests.Row = func(policy string, r table.Result) {
		told = append(told, fmt.Sprintf("%s/%s %t%s", policy, r.Name, r.OK(), map[bool]string{true: " skipped"}[r.Skipped]))
	}
	tests.Done = func(p *policyset.Tested) {
		told = append(told, fmt.Sprintf("%s %s %s %t", p.Name, p.File, p.Table, p.OK()))
		for _, f := range p.Faults {
			told = append(told, f.Error())
		}
	}
	_, faults := policyset.Test(sources(folder(list...)), &tests)
	for _, f := range faults {
		told = append(told, f.Error())
	}
	return told
}

var project = map[string]string{
	"a.ts": good, "a.test.ts": `export default [
  { name: "one", want: { send: "claude" } },
  { name: "two", want: { send: "b" } },
  { name: "storm", storm: "x", expect: { success: ">= 99%" } },
]`,
	"b.ts":      good,
	"c.test.ts": `export default []`,
	"d.ts":      `export function decide() {`,
}

func TestTheTablesAreRunRowByRow(t *testing.T) {
	for name, c := range map[string]struct {
		tests policyset.Tests
		want  []string
	}{
		"all": {policyset.Tests{}, []string{
			"a/one true", "a/two false", "a/storm true skipped", "a policies/a.ts policies/a.test.ts false",
			"b policies/b.ts  true",
			"c  policies/c.test.ts false", `policies/c.test.ts: there is no policy "c" for this table to test (did you mean "a"?)`,
			"d policies/d.ts  false", `policies/d.ts:1:27: unexpected end of file`,
		}},
		"one policy": {policyset.Tests{Policy: "b"}, []string{"b policies/b.ts  true"}},
		"some rows": {policyset.Tests{Policy: "a", Wants: func(policy, row string) bool { return policy+row == "aone" }}, []string{
			"a/one true", "a policies/a.ts policies/a.test.ts true",
		}},
		"a storm": {policyset.Tests{Policy: "a", Wants: func(_, row string) bool { return row == "storm" }, Storm: func(s table.Storm) ([]table.Measured, error) {
			if s.Scenario != "x" || s.Policy.Name() != "a" || s.File != "policies/a.test.ts" {
				return nil, fmt.Errorf("got %+v", s)
			}
			return []table.Measured{{Holds: true}}, nil
		}}, []string{"a/storm true", "a policies/a.ts policies/a.test.ts true"}},
		"no policy of this name": {policyset.Tests{Policy: "bb"}, []string{`policies: there is no policy "bb" here (did you mean "b"?)`}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, trial(t, project, c.tests)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCoverageIsOfThePolicyAlone(t *testing.T) {
	tested, faults := policyset.Test(sources(folder("a.ts", good, "a.test.ts", `export default [1].map(() => ({ name: "r", want: {} }))`)), &policyset.Tests{Env: env, Coverage: true})
	if faults != nil || len(tested) != 1 || !tested[0].OK() {
		t.Fatalf("%+v, %v", tested, faults)
	}
	tested[0].Coverage.Each(func(at engine.Position, hit bool) {
		if at.String() != "policies/a.ts:1:28" || !hit {
			t.Errorf("%s %t", at, hit)
		}
	})
}
