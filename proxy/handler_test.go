package proxy_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

func TestBytesArriveIdentical(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	body := "{ \"model\" : \"claude-opus-5-5\",\n\t\"max_tokens\":1.024e3,\"x_unknown\":[1,2.50,{\"a\":\"\\u00e9 \\/ é\"}], \"messages\":[{\"role\":\"user\",\"content\":\"hi\"}] }\n"
	got := l.Post(t, "/v1/messages?beta=true", body,
		"x-api-key", "caller", "Authorization", "Bearer caller", "anthropic-version", "2026-10-21", "anthropic-beta", "one,two",
		"Origin", "http://localhost", "X-Custom", "kept", "X-Spillway-Max-Wait", "10s", "Cookie", "no")
	if got.StatusCode != 200 {
		t.Fatalf("status %d: %s", got.StatusCode, got.Body)
	}
	seen := l.Targets[0].Requests()[0]
	if string(seen.Body) != body {
		t.Errorf("body arrived as\n%q\nwant\n%q", seen.Body, body)
	}
	if seen.Query != "beta=true" {
		t.Errorf("query = %q", seen.Query)
	}
	for name, want := range map[string]string{
		"Anthropic-Version": "2026-10-21", "Anthropic-Beta": "one,two", "X-Custom": "kept", "X-Api-Key": "target-key-a",
		"Authorization": "", "Origin": "", "Cookie": "", "X-Spillway-Max-Wait": "", "Accept-Encoding": "",
		"Host": strings.TrimPrefix(l.Targets[0].URL(), "http://"),
	} {
		if got := seen.Header(name); got != want {
			t.Errorf("header %s = %q, want %q", name, got, want)
		}
	}
	if v := l.Targets[0].Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestDisclosure(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: simtarget.Overloaded()}, {}}, Target: "    models: { claude-opus-5-5: big }\n"})
	got := l.Post(t, "/v1/messages", message(false))
	if got.StatusCode != 200 {
		t.Fatalf("status %d: %s", got.StatusCode, got.Body)
	}
	for name, want := range map[string]string{
		"X-Spillway-Target": "b", "X-Spillway-Model": "big", "X-Spillway-Attempts": "2", "X-Spillway-Edits": "model;claude-opus-5-5->big",
	} {
		if have := got.Header.Get(name); have != want {
			t.Errorf("%s = %q, want %q", name, have, want)
		}
	}
	if policy := got.Header.Get("X-Spillway-Policy"); !strings.HasPrefix(policy, "overload@") {
		t.Errorf("X-Spillway-Policy = %q", policy)
	}
	if !strings.Contains(l.Get(t, "/api/requests/"+got.Header.Get("X-Spillway-Id")), `"reason": "overloaded"`) {
		t.Error("the request's trace does not tell of the overload")
	}
}

func TestFailuresBeforeContentFailOver(t *testing.T) {
	for name, fails := range map[string]simtarget.Behaviour{
		"529": simtarget.Overloaded(), "in stream": simtarget.OverloadedInStream(), "after preamble": simtarget.OverloadedAfterPreamble(),
		"500": simtarget.ServerError(), "reset": simtarget.ResetAtOnce(), "html": simtarget.HTMLPage(502), "error with 200": simtarget.ErrorWith200(),
		"401": simtarget.Unauthorized(), "no model": simtarget.NoSuchModel(), "spend": simtarget.SpendLimit(),
	} {
		for _, stream := range []bool{true, false} {
			t.Run(name+map[bool]string{true: " stream", false: " whole"}[stream], func(t *testing.T) {
				t.Parallel()
				l := start(t, setup{Targets: []simtarget.Config{{Behaviour: fails}, {}}})
				got := l.Post(t, "/v1/messages", message(stream))
				if got.StatusCode != 200 || got.Err != nil || got.Header.Get("X-Spillway-Target") != "b" {
					t.Fatalf("status %d from %q (%v): %s", got.StatusCode, got.Header.Get("X-Spillway-Target"), got.Err, got.Body)
				}
				if n := strings.Count(got.Body, "event: message_start"); stream && n != 1 {
					t.Errorf("%d message_start events in %s", n, got.Body)
				}
			})
		}
	}
}

func TestWhatNoTargetAnsweredIsNamed(t *testing.T) {
	for name, tt := range map[string]struct {
		fails simtarget.Behaviour
		says  string
	}{
		"nothing":   {simtarget.ResetAtOnce(), "a could not be reached"},
		"no answer": {simtarget.Truncated(simtarget.Message("")), "a sent no usable answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{
				Policies: map[string]string{"overload.ts": `export function decide(r, attempts) { return attempts.length ? { fail: "last" } : { send: "a" } }`},
				Targets:  []simtarget.Config{{Behaviour: tt.fails}},
			})
			if got := l.Post(t, "/v1/messages", message(true)); got.StatusCode != 502 || !strings.Contains(got.Body, tt.says) {
				t.Errorf("status %d: %s", got.StatusCode, got.Body)
			}
		})
	}
}

func TestOpenAI(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Dialect: engine.OpenAI, Behaviour: simtarget.InTurn(simtarget.Overloaded(), simtarget.Message("hi"))}, {Dialect: engine.OpenAI}}})
	for path, body := range map[string]string{
		"/v1/chat/completions": `{"model":"gpt-5.6","messages":[{"role":"user","content":"hello"}],"stream":true}`,
		"/v1/responses":        `{"model":"gpt-5.6","input":"hello","stream":true}`,
	} {
		got := l.Post(t, path, body, "Authorization", "Bearer caller")
		if got.StatusCode != 200 || got.Err != nil {
			t.Fatalf("%s: status %d (%v): %s", path, got.StatusCode, got.Err, got.Body)
		}
	}
	for _, target := range l.Targets {
		if v := target.Violations(); len(v) > 0 {
			t.Errorf("violations: %v", v)
		}
	}
}

func TestPassThrough(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	got := l.Post(t, "/v1/messages/count_tokens", message(false))
	if got.StatusCode != 200 || !strings.Contains(got.Body, "input_tokens") {
		t.Errorf("count_tokens: %d %s", got.StatusCode, got.Body)
	}
	if got := l.Post(t, "/v1/files", "any bytes", "anthropic-version", "2023-06-01"); got.Header.Get("X-Spillway-Target") != "a" {
		t.Errorf("/v1/files did not reach the target: %d %s", got.StatusCode, got.Body)
	}
}

// An answer that nobody reads on its way flows as it comes, however long it is.
func TestPassedAnswersFlow(t *testing.T) {
	read := make(chan struct{})
	l := start(t, setup{Rogue: func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk("begin"))
		<-read
		_, _ = io.WriteString(c, chunk("ended")+"0\r\n\r\n")
	}})
	conn := l.Dial(t)
	conn.Say(request("/v1/audio/speech", `{"model":"x"}`))
	resp, err := http.ReadResponse(conn.reader, nil)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%v %v", resp, err)
	}
	begin := make([]byte, 5)
	if _, err := io.ReadFull(resp.Body, begin); err != nil || string(begin) != "begin" {
		t.Fatalf("%q %v", begin, err)
	}
	close(read)
	if end, err := io.ReadAll(resp.Body); err != nil || string(end) != "ended" {
		t.Errorf("%q %v", end, err)
	}
}

// A file says how long it is, to HEAD, too.
func TestPassedAnswersKeepTheirLength(t *testing.T) {
	l := start(t, setup{Rogue: func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 5\r\n\r\n")
		_, _ = io.WriteString(c, "whole")
	}})
	for method, want := range map[string]string{"GET": "whole", "HEAD": ""} {
		conn := l.Dial(t)
		conn.Say(method + " /v1/files/f/content HTTP/1.1\r\nHost: a\r\nAnthropic-Version: 2023-06-01\r\n\r\n")
		resp, err := http.ReadResponse(conn.reader, &http.Request{Method: method})
		if err != nil || resp.ContentLength != 5 {
			t.Fatalf("%s: %v %v", method, resp, err)
		}
		if body, err := io.ReadAll(resp.Body); err != nil || string(body) != want {
			t.Errorf("%s: %q %v", method, body, err)
		}
	}
}

func TestBadInput(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Limits: "body: 10KB"})
	for name, c := range map[string]struct {
		path, body, headers string
		status              int
		says                string
	}{
		"empty":        {"/v1/messages", "", "", 400, "body is empty"},
		"truncated":    {"/v1/messages", `{"model":"x","messages":[`, "", 400, "unexpected end"},
		"not json":     {"/v1/messages", `model=x`, "", 400, "not valid JSON"},
		"deep":         {"/v1/messages", `{"model":"x","a":` + strings.Repeat("[", 4000) + strings.Repeat("]", 4000) + `}`, "", 400, "nested"},
		"twice":        {"/v1/messages", `{"model":"x","model":"y"}`, "", 400, "duplicate key"},
		"no model":     {"/v1/messages", `{"messages":[]}`, "", 400, "model: field required"},
		"wrong type":   {"/v1/chat/completions", `{"model":1}`, "", 400, "model: expected a string"},
		"not utf-8":    {"/v1/messages", "{\"model\":\"x\xff\"}", "", 400, "UTF-8"},
		"too large":    {"/v1/messages", strings.Repeat("x", 20_000), "", 413, "over the limit"},
		"path":         {"/v2/messages", message(false), "", 404, "no such path"},
		"dots":         {"/v1/../admin", message(false), "", 404, "no such path"},
		"floor":        {"/v1/messages", message(false), "X-Spillway-Forbid: modle", 400, "modle"},
		"max wait":     {"/v1/messages", message(false), "X-Spillway-Max-Wait: soon", 400, "soon"},
		"coding":       {"/v1/messages", message(false), "Content-Encoding: gzip", 415, "gzip"},
		"header flood": {"/v1/messages", message(false), "X-Flood: " + strings.Repeat("x", 100_000), 431, "headers"},
	} {
		t.Run(name, func(t *testing.T) {
			var headers []string
			if key, value, ok := strings.Cut(c.headers, ": "); ok {
				headers = []string{key, value}
			}
			got := l.Post(t, c.path, c.body, headers...)
			if got.StatusCode != c.status || !strings.Contains(got.Body, c.says) {
				t.Errorf("got %d %s, want %d with %q", got.StatusCode, got.Body, c.status, c.says)
			}
			if !strings.Contains(got.Body, `"error"`) || got.Header.Get("Content-Type") != "application/json" {
				t.Errorf("not an error in the dialect: %s %s", got.Header.Get("Content-Type"), got.Body)
			}
		})
	}
	if n := len(l.Targets[0].Requests()); n != 0 {
		t.Errorf("%d requests reached the target", n)
	}
}

func TestUnreadableRequestsAreNotQuoted(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	const key = "sk-ant-caller"
	for request, says := range map[string]string{
		"POST /v1/messages HTTP/1.1\r\nX-Api-Key: " + key + "\r\nContent-Length: x\r\n\r\n": "content-length",
		"POST /v1/ messages HTTP/1.1\r\nX-Api-Key: " + key + "\r\n\r\n":                     "version",
		"POST  HTTP/1.1\r\nX-Api-Key: " + key + "\r\n\r\n":                                  "uri",
		"POST /v1/messages HTTP/1.1\r\nHost: x\r\nX-Api-Key: " + key + "\x00\r\n\r\n":       "header value",
	} {
		c, err := net.Dial("tcp", strings.TrimPrefix(l.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, request)
		answer, _ := io.ReadAll(c)
		_ = c.Close()
		if got := string(answer); !strings.HasPrefix(got, "HTTP/1.1 400") || !strings.Contains(got, says) || strings.Contains(got, key) {
			t.Errorf("%q was answered with %s", request, got)
		}
	}
}

// TestTooLargeIsHeardByWhoSendsFirst is a client that reads no answer before all of its body is out.
func TestTooLargeIsHeardByWhoSendsFirst(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Limits: "body: 10KB"})
	c, err := net.Dial("tcp", strings.TrimPrefix(l.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const size = 16 << 20
	_, err = fmt.Fprintf(c, "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
	answer, _ := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 413") {
		t.Errorf("sent with %v, and got %s", err, answer)
	}
}
