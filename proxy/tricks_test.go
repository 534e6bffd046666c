package proxy_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/proxy/simtarget"
)

// A path that a target might take for one that policies decide about is not passed through.
func TestPathTricks(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	for _, path := range []string{
		"http://spillway/v1/messages", "http://evil.example/v1/messages", "//evil.example/v1/messages", "/v1//messages", "/v1/./messages",
		"/v1/../v1/messages", "/./v1/messages", "/v1/messages/", "/v1/messages/.", "/v1/messages/..", "/v1/x/../messages", "/v1/%6dessages",
		"/v1%2fmessages", "/v1/messages%00", "/v1/messages;a=b", `/v1\messages`, "/v1/messages#a", "*", "/", "", "/v1", "/V1/messages",
		"/api/requests", "/v1@evil.example/", "v1/messages", "evil.example:443", "/v1/messages/..;/", "/v1/..\\..\\admin",
	} {
		for _, method := range []string{"POST", "GET", "OPTIONS"} {
			c := l.Dial(t)
			c.Say(strings.Replace(request(path, message(false), "X-Api-Key: caller"), "POST", method, 1))
			if got := c.Answer(t); got.StatusCode < 400 || got.StatusCode > 404 || !readable(got) {
				t.Errorf("%s %q: %d %v %s", method, path, got.StatusCode, got.Err, got.Body)
			}
		}
	}
	for _, seen := range l.Targets[0].Requests() {
		t.Errorf("reached the target: %s %s", seen.Method, seen.Path)
	}
}

func TestMethodTricks(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	for _, method := range []string{"CONNECT", "TRACE", "TRACK", "post", "PRI", "MOVE", "POST\t", strings.Repeat("A", 1000)} {
		c := l.Dial(t)
		c.Say(strings.Replace(request("/v1/messages", message(false)), "POST", method, 1))
		if got := c.Answer(t); got.StatusCode != 400 && got.StatusCode != 405 || !readable(got) {
			t.Errorf("%.20s: %d %v %s", method, got.StatusCode, got.Err, got.Body)
		}
	}
	if n := len(l.Targets[0].Requests()); n > 0 {
		t.Errorf("%d requests reached the target", n)
	}
}

// Answers come in the order of the requests, each to its own, whatever their kinds.
func TestPipelining(t *testing.T) {
	echo := func(r *simtarget.Seen) simtarget.Answer {
		return simtarget.Message("said to " + r.Header("X-Number"))(r)
	}
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: echo}}})
	c := l.Dial(t)
	const n = 60
	go func() {
		for i := range n {
			number, body := fmt.Sprint("X-Number: ", i), message(i%3 == 1)
			if i%5 == 4 {
				body = "{"
			}
			c.Say(request("/v1/messages", body, number))
		}
	}()
	for i := range n {
		got := c.Answer(t)
		if bad := i%5 == 4; bad != (got.StatusCode == 400) || !bad && (got.StatusCode != 200 || !strings.Contains(got.Body, fmt.Sprintf(`said to %d"`, i)) && !whole(got.Body, fmt.Sprint("said to ", i))) {
			t.Fatalf("answer %d: %d %v %s", i, got.StatusCode, got.Err, got.Body)
		}
	}
}

// whole says whether the texts of a stream make up text.
func whole(stream, text string) bool {
	var all strings.Builder
	for line := range strings.SplitSeq(stream, "\n") {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			all.WriteString(gjson.Get(data, "delta.text").String())
		}
	}
	return all.String() == text
}

// Nothing that a caller, a policy or a target says becomes a header, a second answer or an event of its own.
func TestInjection(t *testing.T) {
	const evil = `x\r\nX-Evil: 1\r\n\r\nHTTP/1.1 200 OK\r\n\r\nevent: evil\n\n`
	says := simtarget.JSON(529, `{"type":"error","error":{"type":"overloaded_error","message":"`+evil+`"}}`)
	for name, decide := range map[string]string{
		"model":   `return { send: "a", because: request.model }`,
		"renamed": `return attempts.length ? { fail: "last" } : { send: "a", model: request.model + "\r\nX-Evil: 1", because: "\r\nX-Evil: 1" }`,
		"message": `return { fail: { status: 500, message: "\r\nX-Evil: 1\r\n\r\nevent: evil\n\n" + request.model } }`,
		"late":    `return attempts.length < 2 ? { send: "a", after: attempts.length ? 300 : 0 } : { fail: "last" }`,
	} {
		for _, stream := range []bool{true, false} {
			t.Run(fmt.Sprint(name, stream), func(t *testing.T) {
				t.Parallel()
				behaviour := says
				if name == "model" || name == "renamed" {
					behaviour = nil
				}
				l := start(t, setup{Targets: []simtarget.Config{{Behaviour: behaviour}}, Policies: decides(decide), Limits: "early_headers: 100ms"})
				c := l.Dial(t)
				c.Say(request("/v1/messages", strings.Replace(message(stream), "claude-opus-5-5", evil, 1), "X-Evil-Not: \"", "Connection: close"))
				got := c.Answer(t)
				if got.StatusCode == 0 || got.Header.Get("X-Evil") != "" || strings.Contains("\n"+got.Body, "\nevent: evil") || !c.Ended() {
					t.Errorf("%d %v %v\n%s", got.StatusCode, got.Err, got.Header, got.Body)
				}
				for _, seen := range l.Targets[0].Requests() {
					if seen.Header("X-Evil") != "" {
						t.Errorf("the target got\n%s", seen.Head)
					}
				}
			})
		}
	}
}

// Compressed requests are not read, so that none can burst.
func TestCompressedRequestsAreRefused(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	for range 10 {
		_, _ = w.Write(make([]byte, 1<<20))
	}
	_ = w.Close()
	for _, coding := range []string{"gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip", "GZIP", "x-gzip"} {
		got := l.Post(t, "/v1/messages", bomb.String(), "Content-Encoding", coding)
		if got.StatusCode != 415 || !readable(got) || !strings.Contains(got.Body, "content-encoding") {
			t.Errorf("%s: %d %s", coding, got.StatusCode, got.Body)
		}
	}
	if n := len(l.Targets[0].Requests()); n > 0 {
		t.Errorf("%d requests reached the target", n)
	}
}

// What is unusual but right is served.
func TestUnusualRequestsAreServed(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	const json = "Content-Type: application/json\r\n"
	body := message(false)
	old := strings.NewReplacer("HTTP/1.1", "HTTP/1.0")
	for name, bytes := range map[string]string{
		"chunks":                    framed(json+"Transfer-Encoding: chunked\r\n", chunk(body[:10])+chunk(body[10:])+"0\r\n\r\n"),
		"chunks of one byte":        framed(json+"Transfer-Encoding: chunked\r\n", chunk(body[:1])+chunk(body[1:2])+chunk(body[2:])+"0\r\n\r\n"),
		"CHUNKED":                   framed(json+"transfer-encoding: CHUNKED\r\n", chunk(body)+"0\r\n\r\n"),
		"a trailer":                 framed(json+"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n", chunk(body)+"0\r\nX-Sum: 1\r\n\r\n"),
		"HTTP/1.0":                  old.Replace(request("/v1/messages", body)),
		"HTTP/1.0, a stream":        old.Replace(request("/v1/messages", message(true))),
		"an upgrade":                request("/v1/messages", body, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
		"an upgrade to a websocket": request("/v1/messages", body, "Connection: Upgrade", "Upgrade: websocket"),
		"headers named as hops":     request("/v1/messages", body, "Connection: X-Hop, close", "X-Hop: 1", "Keep-Alive: timeout=5", "TE: trailers", "Proxy-Connection: keep-alive"),
		"an empty header":           request("/v1/messages", body, "X-Empty:", "X-Spaces:   "),
		"the same header thrice":    request("/v1/messages", body, "X-A: 1", "X-A: 2", "x-a: 3"),
		"bytes over 127":            request("/v1/messages", body, "X-A: h\xc3\xa9\xff"),
		"lines before it":           "\r\n\r\n" + request("/v1/messages", body),
	} {
		t.Run(name, func(t *testing.T) {
			c := l.Dial(t)
			c.Say(bytes)
			got := c.Answer(t)
			if got.StatusCode != 200 || got.Err != nil || !strings.Contains(got.Body, "Hello") {
				t.Errorf("%d %v %s", got.StatusCode, got.Err, got.Body)
			}
			if strings.HasPrefix(name, "HTTP/1.0") && (len(got.TransferEncoding) > 0 || !c.Ended()) {
				t.Errorf("an answer to HTTP/1.0 came in %v", got.TransferEncoding)
			}
		})
	}
	t.Run("a body that waits to be asked for", func(t *testing.T) {
		c := l.Dial(t)
		head, body, _ := strings.Cut(request("/v1/messages", body, "Expect: 100-continue"), "\r\n\r\n")
		c.Say(head + "\r\n\r\n")
		line, err := c.reader.ReadString('\n')
		if err != nil || line != "HTTP/1.1 100 Continue\r\n" {
			t.Fatalf("%q %v", line, err)
		}
		_, _ = c.reader.ReadString('\n')
		c.Say(body)
		if got := c.Answer(t); got.StatusCode != 200 {
			t.Errorf("%d %s", got.StatusCode, got.Body)
		}
	})
	for _, seen := range l.Targets[0].Requests() {
		for _, name := range []string{"Upgrade", "HTTP2-Settings", "X-Hop", "Connection", "Keep-Alive", "TE", "Expect", "Transfer-Encoding", "Trailer"} {
			if value := seen.Header(name); value != "" {
				t.Errorf("the target got %s: %s", name, value)
			}
		}
	}
	if v := l.Targets[0].Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}
