package proxy_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/proxy/simtarget"
)

// The least of what the caller, its SDK and the operator allow is what a policy has.
func TestTimeLeft(t *testing.T) {
	l := start(t, setup{
		Targets:  []simtarget.Config{{}},
		Policies: decides(`return { fail: { status: 500, message: "left " + Math.ceil(ctx.timeLeft / 500) / 2 + "s, sdk " + request.sdk.timeout + ", tries " + request.sdk.retryCount } }`),
		Config:   "deadline: 1h\nclients:\n  - { name: patient, key: patient }\n  - { name: quick, key: quick, max_wait: 20s }\n",
	})
	for name, c := range map[string]struct {
		key     string
		headers []string
		want    string
	}{
		"the operator's":         {"patient", nil, "left 3600s, sdk null, tries 0"},
		"an SDK's usual ones":    {"patient", []string{"X-Stainless-Timeout", "600", "X-Stainless-Retry-Count", "2"}, "left 599s, sdk 600000, tries 2"},
		"an SDK in a hurry":      {"patient", []string{"X-Stainless-Timeout", "3"}, "left 2s, sdk 3000, tries 0"},
		"an SDK in a great one":  {"patient", []string{"X-Stainless-Timeout", "1"}, "left 0.5s, sdk 1000, tries 0"},
		"in parts of a second":   {"patient", []string{"X-Stainless-Timeout", "4.5"}, "left 3.5s, sdk 4500, tries 0"},
		"of one read":            {"patient", []string{"X-Stainless-Read-Timeout", "30"}, "left 29s, sdk 30000, tries 0"},
		"the shorter of two":     {"patient", []string{"X-Stainless-Timeout", "60", "X-Stainless-Read-Timeout", "30"}, "left 29s, sdk 30000, tries 0"},
		"the caller's":           {"patient", []string{"X-Spillway-Max-Wait", "10s"}, "left 10s, sdk null, tries 0"},
		"the caller's, longer":   {"patient", []string{"X-Spillway-Max-Wait", "10h"}, "left 3600s, sdk null, tries 0"},
		"the caller's and SDK's": {"patient", []string{"X-Spillway-Max-Wait", "10s", "X-Stainless-Timeout", "6"}, "left 5s, sdk 6000, tries 0"},
		"the client's":           {"quick", nil, "left 20s, sdk null, tries 0"},
		"the client's, shorter":  {"quick", []string{"X-Spillway-Max-Wait", "5s"}, "left 5s, sdk null, tries 0"},
		"the client's, longer":   {"quick", []string{"X-Spillway-Max-Wait", "50s"}, "left 20s, sdk null, tries 0"},
		"nothing":                {"patient", []string{"X-Stainless-Timeout", "0"}, "left 3600s, sdk null, tries 0"},
		"less than nothing":      {"patient", []string{"X-Stainless-Timeout", "-5", "X-Stainless-Retry-Count", "-1"}, "left 3600s, sdk null, tries 0"},
		"no number":              {"patient", []string{"X-Stainless-Timeout", "soon", "X-Stainless-Retry-Count", "many"}, "left 3600s, sdk null, tries 0"},
		"not a number":           {"patient", []string{"X-Stainless-Timeout", "NaN"}, "left 3600s, sdk null, tries 0"},
		"for ever":               {"patient", []string{"X-Stainless-Timeout", "Infinity"}, "left 3600s, sdk null, tries 0"},
	} {
		t.Run(name, func(t *testing.T) {
			got := l.Post(t, "/v1/messages", message(false), append(c.headers, "X-Api-Key", c.key)...)
			if !strings.Contains(got.Body, c.want) {
				t.Errorf("got %s, want %q", got.Body, c.want)
			}
		})
	}
}

// What does not fit into the time left is not begun: the answer comes at once, and says when to come again.
func TestWaitsThatDoNotFitAreNotBegun(t *testing.T) {
	for name, c := range map[string]struct {
		policy string
		status int
		reason string
		sends  int
	}{
		"a wait":             {`return { send: "a", after: "10s" }`, 529, "deadline", 0},
		"a wait and another": {`return { send: "a", after: attempts.length ? "2s" : "10s" }`, 529, "deadline", 0},
		"a line":             {`return attempts.length ? { fail: "last" } : { send: "a", queue: "30s", pause: { target: "a", for: "20s" } }`, 529, "deadline", 0},
		"a short line":       {`return attempts.length ? { fail: "last" } : { send: "a", queue: "1s", pause: { target: "a", for: "20s" } }`, 529, "deadline", 0},
		"a second send":      {`return { send: "a", after: attempts.length ? "10s" : 0 }`, 500, "deadline", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{Targets: []simtarget.Config{{Behaviour: simtarget.ServerError()}}, Policies: decides(c.policy)})
			got := l.Post(t, "/v1/messages", message(false), "X-Stainless-Timeout", "3")
			trace := l.Get(t, "/api/requests/"+got.Header.Get("X-Spillway-Id"))
			if got.StatusCode != c.status || !strings.Contains(trace, `"reason": "`+c.reason+`"`) {
				t.Errorf("%d %s\n%s", got.StatusCode, got.Body, trace)
			}
			for _, took := range gjson.Get(trace, "steps.#.attempt.ms").Array() {
				if took.Float() > 1000 {
					t.Errorf("an attempt took %s ms:\n%s", took, trace)
				}
			}
			if n := len(l.Targets[0].Requests()); n != c.sends {
				t.Errorf("%d sends, want %d", n, c.sends)
			}
			if got.Header.Get("X-Should-Retry") != "true" || got.Header.Get("Retry-After") == "" {
				t.Errorf("headers %v", got.Header)
			}
		})
	}
}

// An attempt ends with the client's patience, however long the target's own time limits are.
func TestAttemptsEndBeforeTheClientDoes(t *testing.T) {
	for _, stream := range []bool{false, true} {
		l := start(t, setup{Targets: []simtarget.Config{{Behaviour: simtarget.Hang()}}})
		got := l.Post(t, "/v1/messages", message(stream), "X-Spillway-Max-Wait", "200ms")
		if got.StatusCode != 504 || !strings.Contains(got.Body, "timeout_error") {
			t.Errorf("stream %t: %d %s", stream, got.StatusCode, got.Body)
		}
	}
}
