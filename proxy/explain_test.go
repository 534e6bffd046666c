package proxy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"spillway/engine"
	"spillway/engine/script"
	"spillway/engine/table"
	"spillway/proxy/simtarget"
)

// The story of a request has the policy's lines, and its decisions are rows that pass beside the policy.
func TestDecisionsAreRowsOfATable(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{
		{Behaviour: simtarget.Overloaded()}, {Behaviour: simtarget.InTurn(simtarget.Overloaded(), simtarget.Message("fine"))},
	}, Config: "deadline: 5s\nvars: { pauseAfter: 4 }\n"})
	got := l.Post(t, "/v1/messages", message(true))
	var story struct {
		Steps []struct{ Line, Source, Row string }
	}
	if err := json.Unmarshal([]byte(l.Get(t, "/api/requests/"+got.Header.Get("X-Spillway-Id"))), &story); err != nil || len(story.Steps) < 3 {
		t.Fatalf("%v: %+v", err, story)
	}
	policy, err := os.ReadFile(filepath.Join(l.Dir, "policies/overload.ts"))
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for _, step := range story.Steps {
		if step.Source == "" || !strings.Contains(string(policy), step.Source) {
			t.Errorf("%s is not %q", step.Line, step.Source)
		}
		rows.WriteString(step.Row)
	}
	folder := script.Folder{FS: fstest.MapFS{
		"overload.ts": {Data: policy}, "overload.test.ts": {Data: fmt.Appendf(nil, "export default [\n%s];", rows.String())},
	}}
	program, faults := folder.Compile("overload.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	test, faults := folder.CompileTable("overload.test.ts")
	if faults != nil {
		t.Fatalf("%v\n%s", faults, rows.String())
	}
	report, faults := table.Run(program, test, table.Options{Env: engine.Environment{}})
	if faults != nil || len(report.Rows) != len(story.Steps) {
		t.Errorf("%d rows of %d: %v\n%s", len(report.Rows), len(story.Steps), faults, rows.String())
	}
}
