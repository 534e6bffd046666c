package proxy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

// candidates is what /api/candidates says of the only one.
type candidates struct {
	State      string
	RolledBack struct{ Why string }
	Shadow     struct {
		Same, Different, Faulted, Skipped int
		Keys                              map[string]int
		Examples                          []struct {
			Request, Kind   string
			N               int
			Live, Candidate struct {
				Action map[string]any
				Fault  string
			}
		}
	}
	Canary struct {
		Candidate, Live struct{ Requests, Succeeded, Failed, Faulted int }
	}
}

func (l *lab) candidate(t *testing.T) candidates {
	t.Helper()
	var view struct{ Candidates []candidates }
	text := l.Get(t, "/api/candidates")
	if err := json.Unmarshal([]byte(text), &view); err != nil || len(view.Candidates) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	return view.Candidates[0]
}

const (
	oneSend  = `export function decide(request, attempts, ctx) { ctx.health("a"); return attempts.length > 0 ? { fail: "last" } : { send: "a", queue: request.inputTokens } }`
	twoSends = `export function decide(request, attempts, ctx) { ctx.health("a"); return attempts.length > 1 ? { fail: "last" } : { send: "a", queue: request.inputTokens } }`
)

// A shadow has no effect, whatever it does, and what it would have done otherwise is counted and listed.
func TestShadow(t *testing.T) {
	for name, test := range map[string]struct {
		next                     string
		same, different, faulted int
		keys                     string
	}{
		"the same code":  {oneSend, 6, 0, 0, "map[]"},
		"another action": {twoSends, 3, 3, 0, "map[send:3]"},
		"looks at more": {`export function decide(request, attempts, ctx) {
			ctx.health("a", request.model); ctx.cost("a"); ctx.opensIn; ctx.count("x");
			return request.header("x-team") === "blue" && request.body.model === request.model && request.metadata === null ? { send: "a" } : { fail: { status: 500, message: "no" } };
		}`, 0, 6, 0, "map[queue:3 send:3]"},
		"throws": {`export function decide(request, attempts) { if (attempts.length > 0 && request.bytes > 0) throw new Error("no"); return { send: "a", queue: request.inputTokens } }`, 3, 3, 3, "map[fault:3]"},
	} {
		t.Run(name, func(t *testing.T) {
			l := start(t, setup{
				Targets:  []simtarget.Config{{Behaviour: simtarget.Overloaded()}},
				Policies: map[string]string{"overload.ts": oneSend, "next.ts": test.next},
				Config:   "candidates: { overload: { candidate: next, shadow: 100% } }\n",
			})
			for range 3 {
				got := l.Post(t, "/v1/messages", message(false), "X-Team", "blue")
				if got.StatusCode != 529 || !strings.HasPrefix(got.Header.Get("X-Spillway-Policy"), "overload@") || got.Header.Get("X-Spillway-Attempts") != "1" {
					t.Fatalf("%d %v %s", got.StatusCode, got.Header, got.Body)
				}
			}
			c := l.candidate(t)
			for c.Shadow.Same+c.Shadow.Different+c.Shadow.Skipped < 6 && t.Context().Err() == nil {
				c = l.candidate(t)
			}
			if s := c.Shadow; s.Same+s.Skipped < test.same || s.Different+s.Skipped < test.different || s.Same+s.Different+s.Skipped != 6 {
				t.Errorf("%+v", s)
			}
			if s := c.Shadow; s.Skipped == 0 && fmt.Sprint(s.Keys) != test.keys || s.Skipped == 0 && s.Faulted != test.faulted {
				t.Errorf("%+v", s)
			}
			if test.different > 0 && c.Shadow.Different > 0 && (len(c.Shadow.Examples) == 0 || c.Shadow.Examples[0].Request == "" || c.Shadow.Examples[0].Kind == "") {
				t.Errorf("%+v", c.Shadow)
			}
			if metrics := l.Get(t, "/metrics"); !strings.Contains(metrics, fmt.Sprintf(`spillway_candidate_comparisons_total{candidate="next",policy="overload",result="different"} %d`, c.Shadow.Different)) {
				t.Error("the metrics do not count the differences")
			}
		})
	}
}

// A canary decides its share from the first decision to the last, is disclosed, and goes when it fails more than the live policy.
func TestCanary(t *testing.T) {
	fails := `export function decide() { return { fail: { status: 503, message: "no" } } }`
	good := `export function decide() { return { send: "a" } }`
	l := start(t, setup{
		Targets:  []simtarget.Config{{}},
		Policies: map[string]string{"overload.ts": good, "next.ts": fails},
		Config:   "candidates: { overload: { candidate: next, canary: 50%, rollback: { requests: 10, window: 1h } } }\n",
	})
	ask := func(conversation int) string {
		body := strings.Replace(message(false), "hello", fmt.Sprint("conversation ", conversation), 1)
		policy, _, _ := strings.Cut(l.Post(t, "/v1/messages", body).Header.Get("X-Spillway-Policy"), "@")
		return policy
	}
	decided := map[string]int{}
	for n := 0; l.candidate(t).State == "running"; n++ {
		by := ask(n)
		decided[by]++
		if l.candidate(t).State == "running" && ask(n) != by && l.candidate(t).State == "running" {
			t.Fatalf("conversation %d changes its policy", n)
		}
		if n > 200 {
			t.Fatalf("200 conversations, and it still runs: %+v", l.candidate(t))
		}
	}
	if c := l.candidate(t); c.Canary.Candidate.Failed < 10 || c.Canary.Live.Succeeded == 0 || !strings.Contains(c.RolledBack.Why, "0% of its") {
		t.Errorf("%+v", c)
	}
	if decided["next"] < 3 || decided["overload"] < 3 {
		t.Errorf("%v", decided)
	}
	for n := range 20 {
		if by := ask(n); by != "overload" {
			t.Errorf("%s decides after the rollback", by)
		}
	}
	for _, words := range []string{"a canary was rolled back", "candidate=next"} {
		if !strings.Contains(l.Log.String(), words) {
			t.Errorf("the log does not say %q", words)
		}
	}
	if metrics := l.Get(t, "/metrics"); !strings.Contains(metrics, `spillway_candidate_running{candidate="next",mode="canary",policy="overload"} 0`) {
		t.Error("the metrics do not tell")
	}
	if view := l.Get(t, "/api/policies"); !strings.Contains(view, "rolled back") {
		t.Errorf("%s", view)
	}

	// An edit of something else changes nothing; one of the candidate begins anew.
	reloads := strings.Count(l.Log.String(), "msg=reloaded")
	l.Write(t, "policies/overload.ts", good+" // edited")
	awaitLog(t, l, "msg=reloaded", reloads+1)
	if c := l.candidate(t); c.State != "rolled back" {
		t.Errorf("after an edit of the live policy: %+v", c)
	}
	l.Write(t, "policies/next.ts", `export function decide() { return { send: "a", because: "mended" } }`)
	awaitLog(t, l, "msg=reloaded", reloads+2)
	if c := l.candidate(t); c.State != "running" || c.Canary.Candidate.Requests != 0 {
		t.Errorf("after an edit of the candidate: %+v", c)
	}
	decided = map[string]int{}
	for n := range 40 {
		decided[ask(n)]++
	}
	if c := l.candidate(t); decided["next"] < 3 || c.State != "running" || c.Canary.Candidate.Succeeded != decided["next"] {
		t.Errorf("%v: %+v", decided, c)
	}
}
