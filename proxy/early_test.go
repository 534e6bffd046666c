package proxy_test

import (
	"strings"
	"testing"
	"time"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// waits is a policy that tries a, then b, with a wait in between that is longer than the quiet spell.
var waits = map[string]string{"overload.ts": `
export function decide(request, attempts) {
  if (attempts.length === 2) return { fail: "last" };
  return attempts.length ? { send: "b", after: 100 } : { send: "a" };
}`}

func TestEarlyHeadersThenTheMessage(t *testing.T) {
	for _, api := range []engine.API{engine.Anthropic, engine.OpenAI} {
		t.Run(string(api), func(t *testing.T) {
			l := start(t, setup{
				Targets:  []simtarget.Config{{Dialect: api, Behaviour: simtarget.OverloadedAfterPreamble()}, {Dialect: api}},
				Policies: waits, Limits: "early_headers: 5ms",
			})
			path, body, ping, begin, end := "/v1/messages", message(true), "event: ping", "event: message_start", "event: message_stop"
			if api == engine.OpenAI {
				path, body = "/v1/chat/completions", `{"model":"gpt-5.6","messages":[{"role":"user","content":"hello"}],"stream":true}`
				ping, begin, end = ": keep-alive", `"role":"assistant"`, "data: [DONE]"
			}
			got := l.Post(t, path, body)
			if got.StatusCode != 200 || got.Err != nil {
				t.Fatalf("%d %v: %s", got.StatusCode, got.Err, got.Body)
			}
			at := -1
			for _, part := range []string{ping, ": x-spillway-target=b", begin, end} {
				next := strings.Index(got.Body, part)
				if next <= at {
					t.Fatalf("%q is not where it should be in\n%s", part, got.Body)
				}
				at = next
			}
			if n := strings.Count(got.Body, begin); n != 1 {
				t.Errorf("the message began %d times", n)
			}
			if got.Header.Get("X-Spillway-Id") == "" || !strings.HasPrefix(got.Header.Get("X-Spillway-Policy"), "overload@") {
				t.Errorf("headers: %v", got.Header)
			}
		})
	}
}

func TestEarlyHeadersThenFailure(t *testing.T) {
	l := start(t, setup{
		Targets:  []simtarget.Config{{Behaviour: simtarget.Overloaded()}, {Behaviour: simtarget.Overloaded()}},
		Policies: waits, Limits: "early_headers: 5ms",
	})
	got := l.Post(t, "/v1/messages", message(true))
	if got.Err == nil || !strings.Contains(got.Body, "event: error") || !strings.Contains(got.Body, "overloaded_error") {
		t.Errorf("%v: %s", got.Err, got.Body)
	}
	impatient := l.Post(t, "/v1/messages", message(true), "X-Stainless-Timeout", "30")
	if impatient.StatusCode != 529 || impatient.Err != nil {
		t.Errorf("a client with a short timeout got %d %s", impatient.StatusCode, impatient.Body)
	}
	if quiet := l.Post(t, "/v1/messages", message(false)); quiet.StatusCode != 529 {
		t.Errorf("a client that does not stream got %d %s", quiet.StatusCode, quiet.Body)
	}
}

func TestHangUpBehindEarlyHeaders(t *testing.T) {
	l := start(t, setup{
		Targets: []simtarget.Config{{Behaviour: simtarget.QuietStart(time.Hour, simtarget.Message("late"))}},
		Limits:  "early_headers: 5ms",
	})
	conn := raw(t, l, message(true))
	seen := await(t, l, 0)
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	select {
	case <-seen.Gone():
	case <-time.After(patience):
		t.Fatal("the target still holds the request")
	}
}

func TestHedge(t *testing.T) {
	for name, c := range map[string]struct {
		first, second simtarget.Behaviour
		want          string
	}{
		"second wins":            {simtarget.QuietStart(time.Hour, simtarget.Message("a")), simtarget.Message("b"), "b"},
		"second wins over none":  {simtarget.Hang(), simtarget.Message("b"), "b"},
		"first wins":             {simtarget.QuietStart(200*time.Millisecond, simtarget.Message("a")), simtarget.Hang(), "a"},
		"first fails":            {simtarget.SlowStart(100*time.Millisecond, simtarget.Overloaded()), simtarget.QuietStart(300*time.Millisecond, simtarget.Message("b")), "b"},
		"first is done in time":  {simtarget.Message("a"), simtarget.Hang(), "a"},
		"both fail, then served": {simtarget.InTurn(simtarget.SlowStart(100*time.Millisecond, simtarget.Overloaded()), simtarget.Message("a")), simtarget.Overloaded(), "a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{
				Targets:  []simtarget.Config{{Behaviour: c.first}, {Behaviour: c.second}},
				Policies: map[string]string{"overload.ts": `export function decide(r, attempts) { return attempts.length ? { send: "a" } : { send: "a", hedge: { after: 20, send: "b" } } }`},
			})
			for _, stream := range []bool{true} {
				got := l.Post(t, "/v1/messages", message(stream))
				if got.StatusCode != 200 || got.Err != nil || got.Header.Get("X-Spillway-Target") != c.want {
					t.Errorf("%d from %q (%v): %s\n%s", got.StatusCode, got.Header.Get("X-Spillway-Target"), got.Err, got.Body, l.Get(t, "/api/requests"))
				}
			}
			for i, target := range l.Targets {
				for _, seen := range target.Requests() {
					select {
					case <-seen.Done(): // a loser is cancelled, a winner ends
					case <-time.After(patience):
						t.Errorf("target %d still holds a request", i)
					}
				}
			}
		})
	}
}
