package policies_test

import (
	"io/fs"
	"strings"
	"testing"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/runtime"
	"spillway/engine/script"
	"spillway/engine/table"
	"spillway/policies"
)

// shipped is the environment without a configuration.
var shipped = engine.Environment{Targets: []engine.Target{
	{Name: "claude", Dialect: engine.Anthropic},
	{Name: "openai", Dialect: engine.OpenAI},
}}

func TestTables(t *testing.T) {
	tables, err := fs.Glob(policies.Files(), "*.test.ts")
	if err != nil || len(tables) != 6 {
		t.Fatalf("tables: %v, %v", tables, err)
	}
	for _, file := range tables {
		name := strings.TrimSuffix(file, ".test.ts")
		t.Run(name, func(t *testing.T) {
			folder := script.Folder{FS: policies.Files(), Root: "policies"}
			policy := compile(t, name+".ts")
			test, faults := folder.CompileTable(file)
			if show(t, faults); t.Failed() {
				return
			}
			report, faults := table.Run(policy, test, table.Options{Env: shipped})
			for _, row := range report.Rows {
				t.Run(row.Name, func(t *testing.T) { show(t, row.Faults) })
			}
			if len(report.Rows) == 0 {
				show(t, faults)
				t.Error("no row was run")
			}
		})
	}
}

// Whatever a person configures, the shipped policies load: their tables bring targets and vars of their own.
func TestShippedPoliciesLoadWithAnyConfiguration(t *testing.T) {
	for name, env := range map[string]engine.Environment{
		"none":   shipped,
		"others": {Targets: []engine.Target{{Name: "bedrock", Dialect: engine.OpenAI}}, Vars: map[string]any{"pauseAfter": 1, "ladder": []any{"a", "b"}}},
		"empty":  {},
	} {
		t.Run(name, func(t *testing.T) {
			src, _ := policyset.Read("policies", policies.Files())
			set, faults := policyset.Load(nil, src, env, runtime.Limits{})
			show(t, faults)
			if faults == nil {
				set.Close()
			}
		})
	}
}

func compile(t *testing.T, file string) *script.Program {
	t.Helper()
	program, faults := script.Compile(policies.Files(), file)
	show(t, faults)
	if faults != nil {
		t.FailNow()
	}
	return program
}

func show(t *testing.T, faults engine.Faults) {
	t.Helper()
	for _, f := range faults {
		t.Error(f.Frame())
	}
}
