package policyset

import (
	"testing"
	"testing/fstest"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/engine/script"
)

// TestPassedTablesAreNotRunAgain claims of a table that fails that it has passed. Whether Load believes it shows whether it
// would run the table.
func TestPassedTablesAreNotRunAgain(t *testing.T) {
	env := engine.Environment{Targets: []engine.Target{{Name: "claude", Dialect: engine.Anthropic}}}
	files := fstest.MapFS{
		"p.ts":      {Data: []byte(`export function decide() { return { send: "claude" } }`)},
		"p.test.ts": {Data: []byte(`export default [{ name: "fails", want: { send: "other" } }]`)},
	}
	compile := func(file string) *script.Program {
		program, faults := script.Compile(files, file)
		if faults != nil {
			t.Fatal(faults)
		}
		return program
	}
	claim := trial{compile("p.ts").Sum(), compile("p.test.ts").Sum(), digest(env), runtime.Limits{}}
	believes := func(env engine.Environment, edit string) bool {
		now := fstest.MapFS{"p.ts": files["p.ts"], "p.test.ts": files["p.test.ts"]}
		if edit != "" {
			now["p.ts"] = &fstest.MapFile{Data: []byte(edit)}
		}
		src, _ := Read("policies", now)
		set, _ := Load(&Set{passed: map[trial]bool{claim: true}}, src, env, runtime.Limits{})
		if set != nil {
			set.Close()
		}
		return set != nil
	}
	if !believes(env, "") {
		t.Error("the same code was tested again")
	}
	if believes(env, `export function decide() { return { send: "claude", after: 1 } }`) {
		t.Error("an edited policy was not tested")
	}
	env.Vars = map[string]any{"x": 1}
	if believes(env, "") {
		t.Error("other vars were not tested")
	}
}
