package proxy_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	stdruntime "runtime"
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

const (
	whole200 = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	sse200   = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	answered = `{"type":"message","role":"assistant","content":[{"type":"text","text":"whole"}],"stop_reason":"end_turn","usage":{}}`
	opening  = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"model\":\"x\",\"usage\":{}}}\n\n"
	content  = "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n" +
		"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}}\n\n"
)

// bomb is a JSON text of so many megabytes, in a few kilobytes.
func bomb(megabytes int) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, `{"a":"`)
	for range megabytes {
		_, _ = w.Write(bytes.Repeat([]byte("a"), 1<<20))
	}
	_, _ = io.WriteString(w, `"}`)
	_ = w.Close()
	return b.String()
}

// sized is text with its length.
func sized(text string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(text), text) }

// endless says something, and then more for as long as somebody listens, up to a bound far over all of the proxy's.
func endless(begin, more string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, begin)
		for said := 0; said < 600<<20; said += len(more) {
			if _, err := io.WriteString(c, more); err != nil {
				return
			}
		}
	}
}

// says says something, and hangs up.
func says(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = io.WriteString(c, text)
		_ = c.Close()
	}
}

// A target may say what it likes: the client gets an error that it can read, or what of the answer was right; little is
// held, and the next request to another target is served.
func TestRogueTargets(t *testing.T) {
	kilobyte := strings.Repeat("x", 1000)
	const failed, served, broken = "failed", "served", "broken" // broken: after content, so that an event says so
	for name, c := range map[string]struct {
		say    func(net.Conn)
		stream bool
		want   string
	}{
		"headers without end":           {endless("HTTP/1.1 200 OK\r\n", "X-A: "+kilobyte+"\r\n"), false, failed},
		"a header without end":          {endless("HTTP/1.1 200 OK\r\nX-A: ", kilobyte), false, failed},
		"a status line without end":     {endless("HTTP/1.1 200 ", kilobyte), false, failed},
		"bytes without end":             {endless("", kilobyte), false, failed},
		"interim answers without end":   {endless("", "HTTP/1.1 100 Continue\r\n\r\n"), false, failed},
		"early hints without end":       {endless("", "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"), true, failed},
		"early hints, once":             {says("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + whole200 + sized(answered)), false, served},
		"another protocol":              {says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello"), false, failed},
		"a banner":                      {says("SSH-2.0-OpenSSH_9.9\r\n"), false, failed},
		"a TLS alert":                   {says("\x15\x03\x01\x00\x02\x02\x28"), false, failed},
		"HTTP/0.9":                      {says(answered), false, failed},
		"nothing":                       {says(""), false, failed},
		"half a head":                   {says("HTTP/1.1 200 OK\r\nContent-Ty"), false, failed},
		"a status that is no number":    {says("HTTP/1.1 abc OK\r\n" + sized(answered)), false, failed},
		"a status of 999":               {says("HTTP/1.1 999 Denied\r\n" + sized(answered)), false, failed},
		"a status of 0":                 {says("HTTP/1.1 0 OK\r\n" + sized(answered)), false, failed},
		"a negative status":             {says("HTTP/1.1 -200 OK\r\n" + sized(answered)), false, failed},
		"a redirect to itself":          {says("HTTP/1.1 302 Found\r\nLocation: /v1/messages\r\n" + sized("")), false, failed},
		"no content":                    {says("HTTP/1.1 204 No Content\r\n\r\n"), false, failed},
		"no content, with content":      {says("HTTP/1.1 204 No Content\r\n" + sized(answered)), false, failed},
		"not modified":                  {says("HTTP/1.1 304 Not Modified\r\n\r\n"), true, failed},
		"two lengths":                   {says(whole200 + "Content-Length: 2\r\n" + sized(answered)), false, failed},
		"a length and chunks":           {says(whole200 + "Transfer-Encoding: chunked\r\n" + sized(chunk(answered)+"0\r\n\r\n")), false, served},
		"a negative length":             {says(whole200 + "Content-Length: -5\r\n\r\n" + answered), false, failed},
		"a length over all bounds":      {endless(whole200+"Content-Length: 9000000000\r\n\r\n", kilobyte), false, failed},
		"a length that is too long":     {says(whole200 + "Content-Length: 5000\r\n\r\n" + answered), false, failed},
		"a length that is too short":    {says(whole200 + "Content-Length: 10\r\n\r\n" + answered), false, failed},
		"no length":                     {says(whole200 + "Connection: close\r\n\r\n" + answered), false, served},
		"a body without end":            {endless(whole200+"Transfer-Encoding: chunked\r\n\r\n", chunk(strings.Repeat("x", 1<<20))), false, failed},
		"chunks that are none":          {says(whole200 + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + answered), false, failed},
		"a chunk without an end":        {says(whole200 + "Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n" + answered), false, failed},
		"trailing garbage":              {says(whole200 + sized(answered) + "HTTP/1.1 200 OK\r\n" + sized("garbage")), false, served},
		"no JSON":                       {says(whole200 + sized("hello")), false, failed},
		"JSON without a message":        {says(whole200 + sized("[]")), false, failed},
		"JSON of great depth":           {says(whole200 + sized(strings.Repeat("[", 1<<20))), false, failed},
		"a page":                        {says("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + sized("<html>")), false, failed},
		"a control in a header":         {says(whole200 + "X-A: b\rX-Evil: 1\r\n" + sized(answered)), false, failed},
		"a NUL in a header":             {says(whole200 + "X-A: b\x00\r\n" + sized(answered)), false, failed},
		"forged disclosures":            {says(whole200 + "X-Spillway-Target: forged\r\nConnection: X-Evil\r\nUpgrade: h2c\r\n" + sized(answered)), false, served},
		"compressed":                    {says(whole200 + "Content-Encoding: gzip\r\n" + sized(zipped(answered))), false, served},
		"a bomb":                        {says(whole200 + "Content-Encoding: gzip\r\n" + sized(bomb(400))), false, failed},
		"an unknown coding":             {says(whole200 + "Content-Encoding: rot13\r\n" + sized(answered)), false, failed},
		"not what it says":              {says(whole200 + "Content-Encoding: gzip\r\n" + sized(answered)), false, failed},
		"a compressed stream":           {says(sse200 + "Content-Encoding: gzip\r\n" + sized(zipped(opening+content))), true, failed},
		"a stream to who wants none":    {endless(sse200+"\r\n"+opening, content), false, failed},
		"a stream of nothing":           {says(sse200 + "\r\n"), true, failed},
		"a stream that is JSON":         {says(sse200 + sized(answered)), true, failed},
		"a line without end":            {endless(sse200+"\r\ndata: ", kilobyte), true, failed},
		"an event without end":          {endless(sse200+"\r\n", "data: "+kilobyte+"\n"), true, failed},
		"an event's name without end":   {endless(sse200+"\r\nevent: ", kilobyte), true, failed},
		"a late line without end":       {endless(sse200+"\r\n"+opening+content+"data: ", kilobyte), true, broken},
		"a late end":                    {says(sse200 + "\r\n" + opening + content), true, broken},
		"a late chunk that is none":     {says(sse200 + "Transfer-Encoding: chunked\r\n\r\n" + chunk(opening+content) + "xyz\r\n"), true, broken},
		"a late length that is too big": {says(sse200 + "Content-Length: 100000\r\n\r\n" + opening + content), true, broken},
		"a late error of its own":       {says(sse200 + "\r\n" + opening + content + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"x\\r\\nevent: evil\\n\\n\",\"message\":\"\\n\\nevent: evil\\n\\n\"}}\n\n"), true, broken},
	} {
		t.Run(name, func(t *testing.T) {
			l := start(t, setup{
				Targets: []simtarget.Config{{}}, Rogue: c.say, Target: "    timeouts: { first_event: 10s }\n",
				Policies: decides(`return attempts.length ? { fail: "last" } : { send: request.model === "rogue" ? "b" : "a" }`),
			})
			conn := l.Dial(t)
			var before, after stdruntime.MemStats
			stdruntime.ReadMemStats(&before)
			conn.Say(request("/v1/messages", strings.Replace(message(c.stream), "claude-opus-5-5", "rogue", 1), "Connection: close"))
			got := conn.Answer(t)
			stdruntime.ReadMemStats(&after)
			outcome := failed
			switch {
			case got.StatusCode == 200 && c.stream && strings.Contains(got.Body, "event: error") && !strings.Contains(got.Body, "message_stop"):
				outcome = broken
			case got.StatusCode == 200 && got.Err == nil && strings.Contains(got.Body, "whole"):
				outcome = served
			case got.StatusCode < 400 || !readable(got):
				outcome = "neither"
			}
			if outcome != c.want || strings.Contains(got.Body, "\nevent: evil") || got.Header.Get("X-Evil") != "" || got.Header.Get("X-Spillway-Target") == "forged" {
				t.Errorf("%s, want %s: %d %v %v %.2000s", outcome, c.want, got.StatusCode, got.Err, got.Header, got.Body)
			}
			if strings.Contains(got.Body, "could not be reached") && (name == "a bomb" || name == "a body without end") {
				t.Errorf("it says %s", got.Body)
			}
			if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 400 {
				t.Errorf("%d MB were allocated", grown)
			}
			if again := l.Post(t, "/v1/messages", message(c.stream)); again.StatusCode != 200 || again.Err != nil {
				t.Errorf("the other target: %d %v %s", again.StatusCode, again.Err, again.Body)
			}
			l.idle(t)
		})
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// A stream that is never more than a preamble flows to its client, after a bounded part of it was held, and ends when the
// client has had enough.
func TestPreamblesWithoutEnd(t *testing.T) {
	for _, more := range []string{
		"event: ping\ndata: {\"type\":\"ping\"}\n\n", ": " + strings.Repeat("x", 1000) + "\n\n", strings.Repeat("\n", 1000), "event: x\ndata: {\"type\":\"x\"}\n\n",
	} {
		l := start(t, setup{Rogue: endless(sse200+"\r\n"+opening, strings.Repeat(more, 1+1000/len(more)))})
		conn := l.Dial(t)
		before := inUse()
		conn.Say(request("/v1/messages", message(true)))
		if n, err := io.CopyN(io.Discard, conn.reader, 4<<20); err != nil {
			t.Errorf("%.10q: %v after %d bytes", more, err, n)
		}
		if grown := inUse() - before; grown > 16<<20 {
			t.Errorf("%.10q: %d MB are held", more, grown>>20)
		}
		_ = conn.Close()
		l.idle(t)
	}
}

// What a target says beyond its answer is never the answer to the next request.
func TestWhatFollowsAnAnswerIsNotTheNext(t *testing.T) {
	poison := whole200 + sized(strings.Replace(answered, "whole", "poison", 1))
	n := 0
	l := start(t, setup{Rogue: func(c net.Conn) {
		n++
		_, _ = io.WriteString(c, whole200+sized(strings.Replace(answered, "whole", fmt.Sprint("answer ", n), 1))+strings.Repeat(poison, n%3))
	}, Policies: decides(`return attempts.length > 3 ? { fail: "last" } : { send: "a" }`)})
	for range 50 {
		if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 || strings.Contains(got.Body, "poison") {
			t.Errorf("%d %s", got.StatusCode, got.Body)
		}
	}
}

// A target that says back what it was sent does not tell its key to clients, wherever in its answer it stands.
func TestKeysDoNotComeBack(t *testing.T) {
	const key = "target-key-a" // as every test's target has it
	echo := strings.ReplaceAll(answered, "whole", "whole "+key)
	for name, answer := range map[string]string{
		"a header": whole200 + "X-Echo: Bearer " + key + "\r\n" + sized(answered),
		"a body":   whole200 + sized(echo),
		"an error": "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nX-Key: " + key + "\r\n" + sized(`{"type":"error","error":{"type":"invalid_request_error","message":"`+key+`"}}`),
		"a stream": sse200 + "X-Echo: " + key + "\r\n\r\n" + opening + strings.Replace(content, "hello", key, 1) + strings.Repeat(content, 3),
	} {
		for _, path := range []string{"/v1/messages", "/v1/other"} {
			t.Run(name+", "+path, func(t *testing.T) {
				if name == "a stream" && path == "/v1/other" {
					t.Skip("nobody looks through a stream that is passed on")
				}
				l := start(t, setup{Rogue: says(answer), Policies: decides(`return attempts.length ? { fail: "last" } : { send: "a" }`)})
				got := l.Post(t, path, message(strings.HasPrefix(name, "a stream")))
				if got.StatusCode == 0 || strings.Contains(got.Body+fmt.Sprint(got.Header), key) {
					t.Errorf("%d %v %s", got.StatusCode, got.Header, got.Body)
				}
			})
		}
	}
}
