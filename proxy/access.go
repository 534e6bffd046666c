package proxy

import (
	"context"
	"log/slog"
	"strings"

	"spillway/engine"
	"spillway/proxy/loop"
	"spillway/proxy/trace"
)

// AccessLog makes log get one line for every request when it has ended: who asked for what, who answered, how, how long it
// took and what it cost. No line holds a prompt, an answer, a target's message or a credential. It must be called before
// Serve.
func (p *Proxy) AccessLog(log *slog.Logger) { p.access = log }

// logEnd writes the line of a request that a policy decided about.
func (p *Proxy) logEnd(x *loop.Exchange, e *trace.End) {
	if p.access == nil {
		return
	}
	r := x.Record
	line := []slog.Attr{
		slog.String("id", r.ID), slog.String("client", r.Client), slog.String("api", string(r.API)), slog.String("path", r.Path),
		slog.String("model", r.Model), slog.Bool("stream", r.Stream), slog.Int("bytes", r.Bytes), slog.String("policy", r.Policy+"@"+r.Revision),
		slog.String("outcome", string(e.Outcome)), slog.Int("status", e.Status), slog.String("target", e.Target), slog.String("served", e.Model),
		slog.Int("attempts", e.Sends), slog.String("tried", tried(r)), slog.String("edits", strings.Join(e.Edits, ",")),
		slog.Float64("first_content_ms", ms(e.FirstContent)), slog.Float64("took_ms", ms(e.At.Sub(r.Began))),
	}
	if u := e.Usage; u != (trace.Usage{}) {
		line = append(line, slog.Int("input_tokens", u.Input), slog.Int("output_tokens", u.Output),
			slog.Int("cache_read_tokens", u.CacheRead), slog.Int("cache_write_tokens", u.CacheWrite), slog.Int("cache_write_long_tokens", u.CacheWriteLong))
	}
	if e.Estimated {
		line = append(line, slog.Bool("tokens_estimated", true))
	}
	if e.Cost.Known {
		line = append(line, slog.Float64("dollars", e.Cost.Dollars), slog.Float64("cache_saved_dollars", e.Cost.CacheSaved))
	}
	p.access.LogAttrs(context.Background(), slog.LevelInfo, "request", line...)
}

// logPassed writes the line of a request that no policy decided about: one that was refused or passed through, or whose client
// left. reason is why it was refused; target is "" for one that was never sent.
func (p *Proxy) logPassed(a *arrival, outcome string, status int, reason engine.Reason, target string) {
	if p.access == nil {
		return
	}
	client := ""
	if a.client != nil {
		client = a.client.Name
	}
	p.access.LogAttrs(context.Background(), slog.LevelInfo, "request",
		slog.String("id", a.id), slog.String("client", client), slog.String("api", string(a.api)), slog.String("path", a.path),
		slog.String("outcome", outcome), slog.Int("status", status), slog.String("reason", string(reason)), slog.String("target", target),
		slog.Float64("took_ms", ms(p.clock.Now().Sub(a.began))))
}
