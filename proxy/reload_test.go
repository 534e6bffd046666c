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

// marked is a policy that tells its mark in an edit of the body, twice, so that a half-loaded one would show.
func marked(n int) string {
	return fmt.Sprintf(`import { mark } from "./_mark";
export function decide() { return mark === %d ? { send: "a", body: { metadata: { mark } } } : { fail: { status: 500, message: "half" } } }`, n)
}

func TestEditsUnderLoad(t *testing.T) {
	edits := 1000
	if testing.Short() {
		edits = 100
	}
	l := start(t, setup{
		Targets:  []simtarget.Config{{Keep: -1}},
		Policies: map[string]string{"overload.ts": marked(0), "_mark.ts": "export const mark = 0"},
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
		switch n % 3 {
		case 0:
			l.Write(t, "policies/overload.ts", "export function decide( {")
		default:
			l.Write(t, "policies/overload.ts", strings.Replace(marked(n), `"./_mark"`, fmt.Sprintf(`"./_mark%d"`, n%2), 1))
			l.Write(t, fmt.Sprintf("policies/_mark%d.ts", n%2), fmt.Sprintf("export const mark = %d", n))
		}
	}
	l.Write(t, "policies/_mark.ts", "export const mark = -1")
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
