package proxy_test

import (
	"fmt"
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

// Whatever callers send, the number of series stays bounded.
func TestLabelsFromOutside(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: func(r *simtarget.Seen) simtarget.Answer {
		if strings.HasPrefix(r.Model(), "made-up") {
			return simtarget.NoSuchModel()(r)
		}
		return simtarget.Message("hello")(r)
	}}}, Target: "    models: { opus: claude-opus-5-5 }\n"})
	ask := func(model string, i int) {
		body := strings.Replace(message(false), "claude-opus-5-5", model, 1)
		l.Post(t, "/v1/messages", body, "X-Spillway-Max-Wait", "1s", "User-Agent", fmt.Sprint("agent ", i), "Anthropic-Beta", fmt.Sprint("beta-", i))
		l.Post(t, fmt.Sprint("/v1/elsewhere/", i), "{}")
		l.Post(t, fmt.Sprint("/not/", i), "{}")
	}
	series := func() int { return strings.Count(l.Get(t, "/metrics"), "\nspillway_") }
	ask("claude-opus-5-5", 0)
	ask("made-up", 0)
	before := series()
	for i := range 20 {
		ask(fmt.Sprint("made-up-", i), i)
	}
	if after := series(); after != before {
		t.Errorf("models that nobody has made %d series into %d", before, after)
	}
	metrics := l.Get(t, "/metrics")
	for _, label := range []string{`model="claude-opus-5-5"`, `model="other"`} {
		if !strings.Contains(metrics, label) {
			t.Errorf("no series has %s", label)
		}
	}
	for i := range 130 { // a target that answers for any name
		body := strings.Replace(message(false), "claude-opus-5-5", fmt.Sprint("any-", i), 1)
		l.Post(t, "/v1/messages", body)
	}
	if models := strings.Count(l.Get(t, "/metrics"), "\nspillway_gate_paused{"); models > 101+1 {
		t.Errorf("%d models have a label", models)
	}
}
