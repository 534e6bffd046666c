package proxy_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"spillway/proxy/simtarget"
)

// marked is a policy whose first and last lines must agree, so that a half-loaded one would show.
func marked(n int) string {
	return fmt.Sprintf(`const first: number = %d;
export function decide() {
  return first === last ? { send: "a" } : { fail: { status: 500, message: "half" } };
}
const last: number = %d;
`, n, n)
}

func TestEditsUnderLoad(t *testing.T) {
	edits := 1000
	if testing.Short() {
		edits = 100
	}
	l := start(t, setup{
		Targets:  []simtarget.Config{{Keep: -1}},
		Policies: map[string]string{"overload.ts": marked(0)},
	})
	var done atomic.Bool
	var served, wrong atomic.Int64
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for !done.Load() {
				req, _ := http.NewRequest(http.MethodPost, l.URL+"/v1/messages", strings.NewReader(message(false)))
				describe(req)
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					wrong.Add(1)
					t.Error(err)
					return
				}
				resp.Body.Close()
				if served.Add(1); resp.StatusCode != 200 {
					wrong.Add(1)
				}
			}
		})
	}
	for n := range edits {
		text := marked(n)
		if n%3 == 0 {
			text = text[:len(text)/2]
		}
		l.Write(t, "policies/overload.ts", text)
	}
	l.Write(t, "policies/overload.ts", marked(-1))
	awaitPolicies(t, l, `"state": "loaded"`)
	done.Store(true)
	clients.Wait()
	if wrong.Load() > 0 || served.Load() == 0 {
		t.Errorf("%d of %d requests went wrong", wrong.Load(), served.Load())
	}
	if got := l.Post(t, "/v1/messages", message(false)); !strings.Contains(got.Header.Get("X-Spillway-Policy"), "@") || got.StatusCode != 200 {
		t.Errorf("after the edits: %d %s", got.StatusCode, got.Body)
	}
}

func TestRejectedEditIsSeen(t *testing.T) {
	l := start(t, setup{
		Targets:  []simtarget.Config{{}},
		Policies: map[string]string{"overload.ts": `export function decide() { return { send: "a" } }`},
	})
	before := l.Post(t, "/v1/messages", message(false)).Header.Get("X-Spillway-Policy")
	l.Write(t, "policies/overload.ts", "export function decide() {\n  return { send: \"a\" \n}")
	view := awaitPolicies(t, l, `"state": "rejected"`)
	if !strings.Contains(view, "overload.ts:3:") {
		t.Errorf("the rejection names no place: %s", view)
	}
	if after := l.Post(t, "/v1/messages", message(false)); after.StatusCode != 200 || after.Header.Get("X-Spillway-Policy") != before {
		t.Errorf("the old revision does not serve on: %d %s", after.StatusCode, after.Header.Get("X-Spillway-Policy"))
	}
	l.Write(t, "policies/overload.ts", `export function decide() { return { send: "a", because: "mended" } }`)
	awaitPolicies(t, l, `"state": "loaded"`)
}

// TestHalfSavedConfigurationIsRejected empties the file, as a save does that truncates before it writes.
func TestHalfSavedConfigurationIsRejected(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	l.Write(t, "spillway.yaml", "\n")
	if view := awaitPolicies(t, l, `"state": "rejected"`); !strings.Contains(view, "spillway.yaml") {
		t.Errorf("the rejection names no file: %s", view)
	}
	if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 {
		t.Errorf("the old configuration does not serve on: %d %s", got.StatusCode, got.Body)
	}
}

// TestRequestKeepsItsSnapshot edits a policy between two decisions of one request.
func TestRequestKeepsItsSnapshot(t *testing.T) {
	release := make(chan struct{})
	l := start(t, setup{
		Targets: []simtarget.Config{{Behaviour: simtarget.InTurn(func(r *simtarget.Seen) simtarget.Answer {
			<-release
			return simtarget.Overloaded()(r)
		}, simtarget.Message("old"))}},
		Policies: map[string]string{"overload.ts": `export function decide() { return { send: "a" } }`},
	})
	got := make(chan answer)
	go func() { got <- l.Post(t, "/v1/messages", message(false)) }()
	await(t, l, 0)
	l.Write(t, "policies/overload.ts", `export function decide() { return { fail: { status: 500, message: "new" } } }`)
	awaitPolicies(t, l, `"state": "loaded"`)
	for l.Post(t, "/v1/messages", message(false)).StatusCode == 200 {
		if t.Context().Err() != nil {
			t.Fatal("the edit never came into force")
		}
	}
	close(release)
	if a := <-got; a.StatusCode != 200 {
		t.Errorf("the request that began before the edit got %d %s", a.StatusCode, a.Body)
	}
}

// awaitPolicies asks until /api/policies says what is wanted.
func awaitPolicies(t *testing.T, l *lab, wanted string) string {
	t.Helper()
	for {
		if view := l.Get(t, "/api/policies"); strings.Contains(view, wanted) {
			return view
		}
		if t.Context().Err() != nil {
			t.Fatalf("/api/policies never said %s", wanted)
		}
	}
}
