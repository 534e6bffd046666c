package proxy

import (
	"bytes"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"spillway/proxy/loop"
	"spillway/proxy/snapshot"
)

// canned answers every attempt at once, so that what is measured is Spillway alone.
type canned struct{ resp fasthttp.Response }

func (c *canned) Send(*loop.Outgoing) (loop.Incoming, error) { return c, nil }
func (c *canned) Status() int                                { return 200 }
func (c *canned) Get(name string) string                     { return string(c.resp.Header.Peek(name)) }
func (c *canned) Body() []byte                               { return c.resp.Body() }
func (c *canned) Stream() loop.Stream                        { return nil }
func (c *canned) Close() error                               { return nil }
func (c *canned) Headers(yield func(key, value []byte) bool) {
	for key, value := range c.resp.Header.All() {
		if !yield(key, value) {
			return
		}
	}
}

// BenchmarkHandle is one request through Spillway with the default policy, without the listener and the target: routing,
// parsing, one decision, the gate, rendering, reading the answer, trace and metrics.
func BenchmarkHandle(b *testing.B) {
	for name, size := range map[string]int{"1KB": 1 << 10, "200KB": 200 << 10} {
		b.Run(name, func(b *testing.B) {
			handle := benchProxy(b)
			body := `{"model":"claude-opus-5-5","max_tokens":1024,"messages":[{"role":"user","content":"` +
				strings.Repeat(`some text, and a \"quote\"\n`, size/28) + `"}],"stream":false}`
			var ctx fasthttp.RequestCtx
			conn, _ := net.Pipe() // which nobody takes for hung up
			ctx.Init2(conn, nil, true)
			raw := []byte(body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				ctx.Request.Reset()
				ctx.Response.Reset()
				ctx.Request.Header.SetMethod("POST")
				ctx.Request.SetRequestURI("/v1/messages")
				for _, h := range [...]string{"Anthropic-Version", "X-Api-Key", "User-Agent", "Accept", "X-Stainless-Lang", "X-Stainless-Timeout"} {
					ctx.Request.Header.Set(h, "600")
				}
				ctx.Request.SetBodyStream(bytes.NewReader(raw), len(raw))
				if handle(&ctx); ctx.Response.StatusCode() != 200 {
					b.Fatal(ctx.Response.String())
				}
			}
		})
	}
}

func benchProxy(b *testing.B) fasthttp.RequestHandler {
	b.Helper()
	config := filepath.Join(b.TempDir(), "spillway.yaml")
	text := "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\ntargets: { claude: { dialect: anthropic, url: 'http://127.0.0.1:1', key: k } }\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	p, err := New(snapshot.Sources{Config: config, Embedded: os.DirFS("../policies")}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	c := &canned{}
	c.resp.Header.SetContentType("application/json")
	c.resp.Header.Set("Request-Id", "req_1")
	for _, what := range []string{"Requests", "Tokens", "Input-Tokens", "Output-Tokens"} {
		c.resp.Header.Set("Anthropic-Ratelimit-"+what+"-Limit", "4000")
		c.resp.Header.Set("Anthropic-Ratelimit-"+what+"-Remaining", "3999")
		c.resp.Header.Set("Anthropic-Ratelimit-"+what+"-Reset", "2026-11-23T15:00:00Z")
	}
	c.resp.SetBody(bytes.TrimSpace([]byte(`{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":"hello there"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":250,"output_tokens":20,"cache_read_input_tokens":0,"cache_creation_input_tokens":0}}`)))
	for _, t := range p.current.Load().Targets {
		t.Sender = c
	}
	return p.handle
}
