package proxy_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

func TestPagesFromElsewhereAreRefused(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	for name, c := range map[string]struct {
		headers []string
		status  int
	}{
		"no page":              {nil, 200},
		"a page of one's own":  {[]string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "cross-site"}, 403},
		"a local page":         {[]string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "same-site"}, 200},
		"a foreign page":       {[]string{"Origin", "https://evil.example"}, 403},
		"a page that rebound":  {[]string{"Origin", "http://evil.example:5290", "Sec-Fetch-Site", "same-origin"}, 403},
		"a page without a URL": {[]string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, 403},
	} {
		if got := l.Post(t, "/v1/messages", message(false), c.headers...); got.StatusCode != c.status {
			t.Errorf("%s: %d %s", name, got.StatusCode, got.Body)
		}
	}
	req, err := http.NewRequest(http.MethodGet, l.Admin+"/api/requests", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example"
	if got := do(t, req); got.StatusCode != 403 {
		t.Errorf("the admin API answers to a stranger's name: %d", got.StatusCode)
	}
}

func TestMethodsThatEchoAreRefused(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	req, err := http.NewRequest("TRACE", l.URL+"/v1/messages", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := do(t, req); got.StatusCode != 405 || len(l.Targets[0].Requests()) != 0 {
		t.Errorf("%d, and %d requests reached the target", got.StatusCode, len(l.Targets[0].Requests()))
	}
}

// TestStaleConnections has a target that closes each connection after its answer without saying so.
func TestStaleConnections(t *testing.T) {
	l := start(t, setup{
		Targets:  []simtarget.Config{{Behaviour: simtarget.LeavesAfter(simtarget.Message("bye"))}},
		Policies: map[string]string{"overload.ts": `export function decide(r, attempts) { return attempts.length < 2 ? { send: "a" } : { fail: "last" } }`},
	})
	for range 20 {
		if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 {
			t.Fatalf("%d %s", got.StatusCode, got.Body)
		}
	}
}

// Whatever a target says of the key that it was sent: neither the client nor an operator reads it.
func TestCredentialsAreMasked(t *testing.T) {
	const (
		key     = "target-key-a"
		quote   = `{"type":"error","error":{"type":"api_error","message":"bad key ` + key + `","code":"` + key + `"}}`
		inside  = "event: error\ndata: " + quote + "\n\n"
		failed  = "HTTP/1.1 500 Internal Server Error\r\nX-Echo: " + key + "\r\nContent-Type: application/json\r\n"
		counted = `{"input_tokens":3,"of":"` + key + `"}`
	)
	_, whole := question(engine.Anthropic, "m")
	_, chat := asked(engine.OpenAI, "")
	_, chats := asked(engine.OpenAI, `,"stream":true`)
	for name, c := range map[string]struct{ path, body, answer string }{
		"a header":               {"/v1/messages", whole, whole200 + "X-Echo: Bearer " + key + "\r\n" + sized(strings.Replace(answered, "whole", "***", 1))},
		"an answer":              {"/v1/messages", whole, whole200 + sized(strings.Replace(answered, "whole", key, 1))},
		"an answer across":       {"/v1/chat/completions", chat, whole200 + sized(strings.Replace(answered, "whole", key, 1))},
		"an answer passed on":    {"/v1/messages/count_tokens", whole, whole200 + sized(counted)},
		"an error passed on":     {"/v1/messages/count_tokens", whole, failed + sized(quote)},
		"an error":               {"/v1/messages", whole, failed + sized(quote)},
		"an error across":        {"/v1/chat/completions", chat, failed + sized(quote)},
		"a 200's error":          {"/v1/messages", whole, whole200 + sized(quote)},
		"a stream's beginning":   {"/v1/messages", message(true), sse200 + "\r\n" + strings.Replace(opening, `"m"`, `"`+key+`"`, 1) + content},
		"a stream's error":       {"/v1/messages", message(true), sse200 + "\r\n" + inside},
		"an error in the middle": {"/v1/messages", message(true), sse200 + "\r\n" + opening + content + inside},
		"the same across":        {"/v1/chat/completions", chats, sse200 + "\r\n" + opening + content + inside},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{Rogue: says(c.answer), Policies: toFirst})
			got := l.Post(t, c.path, c.body)
			told := fmt.Sprint(got.Header, got.Body)
			seen := l.Get(t, "/api/requests") + l.Get(t, "/api/targets") + l.Log.String()
			if strings.Contains(told+seen, key) || !strings.Contains(told, "***") {
				t.Errorf("the client got %d %s\nand the operator %s", got.StatusCode, told, seen)
			}
		})
	}
}

func TestARedirectIsNotPassedOn(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: func(r *simtarget.Seen) simtarget.Answer {
		a := simtarget.JSON(307, `{}`)(r)
		a.Fields = append(a.Fields, simtarget.Field{Name: "Location", Value: "http://127.0.0.1:1/elsewhere"})
		return a
	}}}})
	req, err := http.NewRequest(http.MethodPost, l.URL+"/v1/messages", strings.NewReader(message(false)))
	if err != nil {
		t.Fatal(err)
	}
	describe(req)
	req.Header.Set("X-Spillway-Max-Wait", "100ms")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Location") != "" {
		t.Errorf("%d to %s", resp.StatusCode, resp.Header.Get("Location"))
	}
}

func TestAnswerWithoutAStreamIsNoAnswerToOne(t *testing.T) {
	whole := func(r *simtarget.Seen) simtarget.Answer {
		return simtarget.JSON(200, `{"type":"message","role":"assistant","content":[{"type":"text","text":"whole"}],"stop_reason":"end_turn","usage":{}}`)(r)
	}
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: whole}, {}}})
	if got := l.Post(t, "/v1/messages", message(true)); got.Header.Get("X-Spillway-Target") != "b" || !strings.Contains(got.Body, "message_stop") {
		t.Errorf("%d from %q: %s", got.StatusCode, got.Header.Get("X-Spillway-Target"), got.Body)
	}
}

// TestAPolicyThatAlwaysFailsIsRejected saves over a good policy what compiles, and never decides.
func TestAPolicyThatAlwaysFailsIsRejected(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"a wrong key":    {`export function decide() { return { sned: "a" } }`, `unknown key \"sned\"`},
		"a wrong target": {`export function decide() { return { send: "aa" } }`, `unknown target \"aa\"`},
		"a throw":        {`export function decide() { throw new Error("no") }`, "decide threw Error: no"},
	} {
		t.Run(name, func(t *testing.T) {
			l := start(t, setup{
				Targets:  []simtarget.Config{{}},
				Policies: map[string]string{"overload.ts": `export function decide() { return { send: "a" } }`},
			})
			l.Write(t, "policies/overload.ts", c.text)
			if view := awaitPolicies(t, l, `"state": "rejected"`); !strings.Contains(view, c.says) {
				t.Errorf("it does not say %s: %s", c.says, view)
			}
			if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 {
				t.Errorf("the good policy does not serve on: %d %s", got.StatusCode, got.Body)
			}
		})
	}
}
