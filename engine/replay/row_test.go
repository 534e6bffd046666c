package replay_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"spillway/engine"
	"spillway/engine/replay"
	"spillway/engine/script"
	"spillway/engine/table"
)

// A decision as a row, put into a table beside its policy, passes; and it fails beside another policy.
func TestARowPassesWhereItWasMade(t *testing.T) {
	policies := map[string]string{
		"a fault":   `export function decide(request, attempts, ctx) { throw new Error("no \"" + request.model + "\"") }`,
		"a failure": `export function decide(request) { return { fail: { status: 503, message: "{a: \"b\", c}", retryAfter: "2s" }, pause: { target: "gpt", for: "3s" } } }`,
		"an edit": `export function decide(request) { return { send: "gpt", model: "x", trim: { keepToolResults: 3, except: ["a"] }, headers: { "x-a": "b" }, body: { c: 1 },
			hedge: { after: 5, send: "claude" } } }`,
	}
	policies["everything"] = strings.Replace(everything, "because: JSON.stringify([", "because: \"\" + hash(JSON.stringify([", 1)
	policies["everything"] = strings.Replace(policies["everything"], "]) };", "])) };", 1)
	for name, text := range policies {
		for seed := range uint64(5) {
			in := input(rand.New(rand.NewPCG(seed, 2)))
			env := engine.Environment{Targets: environment.Targets, Vars: shown}
			lines := replay.NewReader(bytes.NewReader(decide(t, text, in, env, shown)))
			environment, _ := lines.Next()
			decision, err := lines.Next()
			if err != nil {
				t.Fatal(err)
			}
			row := decision.Decision.Row(environment.Environment)
			if faults := passes(t, text, row, env); faults != nil {
				t.Errorf("%s: %v\n%s", name, faults, row)
			}
			if faults := passes(t, `export function decide() { return { send: "claude", because: "other" } }`, row, env); faults == nil {
				t.Errorf("%s: another policy passes\n%s", name, row)
			}
		}
	}
}

func passes(t *testing.T, policy, row string, env engine.Environment) engine.Faults {
	t.Helper()
	test := fmt.Sprintf("import type { Table } from \"spillway\";\nexport default [\n%s] satisfies Table;\n", row)
	program, faults := script.Folder{FS: fstest.MapFS{"policy.test.ts": {Data: []byte(test)}}}.CompileTable("policy.test.ts")
	if faults != nil {
		t.Fatalf("%v\n%s", faults, test)
	}
	_, faults = table.Run(compile(t, policy), program, table.Options{Env: env})
	return faults
}
