package proxy_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

// Every request gets one line, and no line holds what was said.
func TestAccessLog(t *testing.T) {
	const secret = "words that nobody else may read"
	l := start(t, setup{
		Targets: []simtarget.Config{{Behaviour: func(r *simtarget.Seen) simtarget.Answer {
			if r.N == 0 {
				return simtarget.Fails(simtarget.Fault{Status: 529, Type: "overloaded_error", Message: secret})(r)
			}
			return simtarget.Message(secret)(r)
		}}},
		Policies: retryOnce,
	})
	var log journal
	l.AccessLog(slog.New(slog.NewJSONHandler(&log, nil)))
	prompt := strings.Replace(message(true), "hello", secret, 1)
	l.Post(t, "/v1/messages", prompt)
	l.Post(t, "/v1/messages", "{"+secret)
	l.Post(t, "/v1/messages/batches", prompt)
	l.Post(t, "/nowhere", "")
	stop(t, l)

	if text := log.String(); strings.Contains(text, secret) || strings.Contains(text, "target-key-a") {
		t.Errorf("the log tells too much: %s", text)
	}
	want := []map[string]any{
		{"path": "/v1/messages", "outcome": "ok", "status": 200., "target": "a", "attempts": 2., "tried": "a:overloaded", "model": "claude-opus-5-5", "stream": true},
		{"path": "/v1/messages", "outcome": "refused", "status": 400., "reason": "invalid"},
		{"path": "/v1/messages/batches", "outcome": "passed", "target": "a"},
		{"path": "/nowhere", "outcome": "refused", "status": 404., "reason": "not_found"},
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines for %d requests:\n%s", len(lines), len(want), log.String())
	}
	for i, line := range lines {
		var got map[string]any
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		for name, value := range want[i] {
			if got[name] != value {
				t.Errorf("line %d: %s is %v, want %v: %s", i, name, got[name], value, line)
			}
		}
	}
	if !strings.Contains(lines[0], `"output_tokens":`) {
		t.Errorf("no tokens: %s", lines[0])
	}
}
