package proxy_test

import (
	"testing"

	"spillway/proxy/simtarget"
)

// TestSDKRetriesShortenOurs counts the sends of a policy that never gives up.
func TestSDKRetriesShortenOurs(t *testing.T) {
	for retries, want := range map[string]int{"0": 8, "1": 4, "2": 2, "9": 2, "999999999": 2} {
		l := start(t, setup{ // one each, for they would share the target's retry budget
			Targets:  []simtarget.Config{{Behaviour: simtarget.Overloaded()}},
			Policies: map[string]string{"overload.ts": `export function decide() { return { send: "a" } }`},
		})
		got := l.Post(t, "/v1/messages", message(false), "X-Stainless-Retry-Count", retries)
		if n := len(l.Targets[0].Requests()); n != want || got.StatusCode != 529 {
			t.Errorf("on the SDK's retry %s: %d sends and %d, want %d", retries, n, got.StatusCode, want)
		}
	}
}

// TestRetryBudget lets one request after the other ask for more sends than the target's budget has.
func TestRetryBudget(t *testing.T) {
	l := start(t, setup{
		Targets:  []simtarget.Config{{Behaviour: simtarget.Overloaded()}},
		Policies: map[string]string{"overload.ts": `export function decide() { return { send: "a" } }`},
	})
	const requests = 20
	for range requests {
		if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 529 {
			t.Fatalf("%d %s", got.StatusCode, got.Body)
		}
	}
	if n := len(l.Targets[0].Requests()); n > requests+12 {
		t.Errorf("%d sends for %d requests: the budget's floor is 10 in 10 s", n, requests)
	}
}
