package proxy_test

import (
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

// A policy that takes its whole time again and again is benched: onError serves, another policy goes on, and the operator
// sees it in the log, the metrics and the admin API.
func TestABadPolicyIsSeen(t *testing.T) {
	l := start(t, setup{
		Targets: []simtarget.Config{{}},
		Policies: map[string]string{
			"overload.ts": `export function decide(request) { while (request.maxTokens === 666); return { send: "a" } }`,
			"good.ts":     `export function decide() { return { send: "a", because: "as ever" } }`,
		},
		Config: "clients:\n  - { name: bad, key: bad }\n  - { name: good, key: good, policy: good }\n", Decide: "20ms",
	})
	evil := strings.Replace(message(false), "1024", "666", 1)
	for n := 0; !strings.Contains(l.Get(t, "/api/policies"), `"benched"`); n++ {
		if got := l.Post(t, "/v1/messages", evil, "X-Api-Key", "bad"); got.StatusCode != 200 {
			t.Fatalf("%d %s", got.StatusCode, got.Body)
		}
		if got := l.Post(t, "/v1/messages", evil, "X-Api-Key", "good"); !strings.HasPrefix(got.Header.Get("X-Spillway-Policy"), "good@") || got.StatusCode != 200 {
			t.Fatalf("another policy: %d %s", got.StatusCode, got.Body)
		}
		if n > 200 {
			t.Fatal("not benched after 200 calls")
		}
	}
	got := l.Post(t, "/v1/messages", evil, "X-Api-Key", "bad")
	trace := l.Get(t, "/api/requests/"+got.Header.Get("X-Spillway-Id"))
	metrics := l.Get(t, "/metrics")
	for where, says := range map[string][2]string{
		"the answer":   {got.Status, "200"},
		"the trace":    {trace, "decide is not called at present: it had to be stopped too often"},
		"the log":      {l.Log.String(), "decide took longer than 20ms"},
		"the log, too": {l.Log.String(), "it had to be stopped too often"},
		"the metrics":  {metrics, `spillway_policy_benched{policy="overload"} 1`},
		"the others":   {metrics, `spillway_policy_benched{policy="good"} 0`},
		"outcomes":     {metrics, `spillway_decisions_total{outcome="benched",policy="overload"}`},
	} {
		if !strings.Contains(says[0], says[1]) {
			t.Errorf("%s lacks %q:\n%s", where, says[1], says[0])
		}
	}
}
