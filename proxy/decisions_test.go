package proxy_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"spillway/engine/replay"
	"spillway/engine/script"
	"spillway/proxy/simtarget"
	"spillway/proxy/snapshot"
)

// Every decision is in the log, none with what was said, and the same policy decides each of them the same again.
func TestDecisionsCanBeReplayed(t *testing.T) {
	t.Setenv("DECISIONS_TOKEN", "a-token-of-the-environment")
	const secret = "words that nobody else may read"
	fails := simtarget.Fails(simtarget.Fault{Status: 529, Type: "overloaded_error", Message: secret})
	l := start(t, setup{
		Targets: []simtarget.Config{{Behaviour: simtarget.InTurn(fails, fails, simtarget.Message(secret), fails, fails, simtarget.Message("fine"))}, {Behaviour: fails}},
		Config: "decisions: { file: decisions.jsonl }\ndeadline: 3s\n" +
			"vars: { pauseAfter: 4, token: '${DECISIONS_TOKEN}', lighten: { maxTokens: 500 } }\n",
	})
	const requests = 4
	for range requests {
		l.Post(t, "/v1/messages", strings.Replace(message(true), "hello", secret, 1), "X-Api-Key", "sk-ant-"+secret)
	}
	stop(t, l)
	text, err := os.ReadFile(filepath.Join(l.Dir, "decisions.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{secret, "a-token-of", "target-key"} {
		if strings.Contains(string(text), word) {
			t.Errorf("%q is in the log:\n%s", word, text)
		}
	}
	program, faults := script.Compile(os.DirFS(filepath.Join(l.Dir, "policies")), "overload.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	vars, shown, faults := snapshot.Sources{Config: filepath.Join(l.Dir, "spillway.yaml")}.Vars()
	if faults != nil {
		t.Fatal(faults)
	}
	policy := replay.NewPolicy(program, vars, shown)
	defer policy.Close()
	ids, decisions := map[string]bool{}, 0
	for lines := replay.NewReader(bytes.NewReader(text)); ; {
		line, err := lines.Next()
		switch {
		case errors.Is(err, io.EOF):
			if len(ids) != requests || decisions <= requests {
				t.Errorf("%d decisions of %d requests:\n%s", decisions, len(ids), text)
			}
			return
		case err != nil:
			t.Fatal(err)
		case line.Environment != nil:
			policy.Enter(line.Environment)
			continue
		}
		ids[line.Decision.ID] = true
		decisions++
		result, err := policy.Replay(line.Decision)
		if err != nil || result.Verdict != replay.Same {
			t.Errorf("%s #%d: %s %s %v\nwas %v\nis  %v", line.Decision.ID, line.Decision.Number, result.Verdict, result.Why, err, result.Before, result.After)
		}
	}
}

// The log can be switched on and off while traffic flows.
func TestDecisionLogFollowsTheConfiguration(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	text, err := os.ReadFile(filepath.Join(l.Dir, "spillway.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	edit := func(more string) {
		reloads := strings.Count(l.Log.String(), "msg=reloaded")
		l.Write(t, "spillway.yaml", string(text)+more)
		awaitLog(t, l, "msg=reloaded", reloads+1)
	}
	l.Post(t, "/v1/messages", message(false))
	edit("decisions: { file: one.jsonl }\n")
	l.Post(t, "/v1/messages", message(false))
	edit("decisions: { file: two.jsonl }\n")
	l.Post(t, "/v1/messages", message(false))
	l.Post(t, "/v1/messages", message(false))
	edit("")
	l.Post(t, "/v1/messages", message(false))
	for name, want := range map[string]int{"one.jsonl": 1, "two.jsonl": 2} {
		text, err := os.ReadFile(filepath.Join(l.Dir, name))
		if err != nil || strings.Count(string(text), `{"decision":`) != want {
			t.Errorf("%s: want %d decisions: %s %v", name, want, text, err)
		}
	}
	if metrics := l.Get(t, "/metrics"); !strings.Contains(metrics, `spillway_decision_log_lines_total{result="written"} 3`) {
		t.Error("the metrics do not count them")
	}
}

// awaitLog waits until words stand in the log so often.
func awaitLog(t *testing.T, l *lab, words string, times int) {
	t.Helper()
	for deadline := time.Now().Add(patience); strings.Count(l.Log.String(), words) < times; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%q is not %d times in\n%s", words, times, l.Log)
		}
	}
}
