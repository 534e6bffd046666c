package proxy

import (
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/loop"
)

// reply gives the client its answer.
func (p *Proxy) reply(a *arrival, x *loop.Exchange, answer *loop.Answer) {
	resp := &a.ctx.Response
	if answer.Gone {
		p.hangUp(a)
		return
	}
	resp.SetStatusCode(answer.Status)
	if p.draining.Load() {
		resp.SetConnectionClose()
	}
	for key, value := range answer.Headers {
		if !answer.Across || !strings.EqualFold(string(key), a.requestIDName()) {
			resp.Header.AddBytesKV(key, value)
		}
	}
	for _, h := range answer.Set {
		resp.Header.Add(h[0], h[1])
	}
	a.disclose(x, answer)
	if answer.Relay != nil && !a.ctx.Request.Header.IsHTTP11() {
		p.replyOld(a, answer)
		return
	}
	if answer.Relay != nil {
		a.streams = true
		resp.SetBodyStream(&eventStream{p, a, answer.Relay}, -1)
		return
	}
	resp.SetBody(answer.Body)
	if answer.Incoming != nil {
		_ = answer.Incoming.Close()
	}
}

// replyOld streams to a client of HTTP/1.0, such as nginx by default: without chunks, until the connection closes.
func (p *Proxy) replyOld(a *arrival, answer *loop.Answer) {
	a.ctx.HijackSetNoResponse(true)
	a.ctx.Hijack(func(c net.Conn) { _ = c.Close() })
	stream := &eventStream{p, a, answer.Relay}
	defer func() { _ = stream.Close() }()
	resp := &a.ctx.Response.Header
	resp.SetContentLength(-2) // neither a length nor chunks
	if _, err := a.ctx.Conn().Write(resp.Header()); err == nil {
		_, _ = stream.WriteTo(a.ctx.Conn())
	}
}

// disclose tells the client what was done for it.
func (a *arrival) disclose(x *loop.Exchange, answer *loop.Answer) {
	h := &a.ctx.Response.Header
	h.Set("X-Spillway-Id", a.id)
	h.Set("X-Spillway-Policy", x.Policy.Name()+"@"+a.snapshot.Revision)
	h.Set("X-Spillway-Attempts", strconv.Itoa(answer.Sends))
	if answer.Target != "" {
		h.Set("X-Spillway-Target", answer.Target)
		h.Set("X-Spillway-Model", headerSafe(answer.Model))
	}
	if len(answer.Edits) > 0 {
		h.Set("X-Spillway-Edits", headerSafe(strings.Join(answer.Edits, ",")))
	}
	if answer.Across || answer.Incoming == nil && !named(answer.Set) {
		a.setRequestID()
	}
}

// named says whether an answer's headers name the request already.
func named(headers [][2]string) bool {
	return slices.ContainsFunc(headers, func(h [2]string) bool {
		return strings.EqualFold(h[0], "request-id") || strings.EqualFold(h[0], "x-request-id")
	})
}

// setRequestID names the request where the dialect's SDK looks for the name.
func (a *arrival) setRequestID() { a.ctx.Response.Header.Set(a.requestIDName(), a.id) }

func (a *arrival) requestIDName() string {
	if a.api == engine.Anthropic {
		return "Request-Id"
	}
	return "X-Request-Id"
}

// refuse answers before any policy was asked.
func (p *Proxy) refuse(a *arrival, r *refusal) {
	resp := &a.ctx.Response
	resp.Reset()
	resp.SetStatusCode(r.status)
	resp.Header.SetContentType("application/json")
	resp.Header.Set("X-Spillway-Id", a.id)
	resp.Header.Set("X-Should-Retry", "false")
	if a.advice != nil {
		a.advise()
	}
	a.setRequestID()
	resp.SetBody(dialect.ErrorBody(a.api, dialect.ErrorInfo{Status: r.status, Reason: r.reason, Message: r.message, RequestID: a.id}))
	p.metrics.Refused(a.api, r.status)
	p.pulse.Refused(p.clock.Now())
	p.logPassed(a, "refused", r.status, r.reason, "")
}

// hangUp ends a request whose client has left.
func (p *Proxy) hangUp(a *arrival) {
	a.ctx.Response.SetStatusCode(statusClientGone)
	a.ctx.Response.SetConnectionClose()
}

// statusClientGone is what nginx calls a client that closed its request; nobody reads it.
const statusClientGone = 499

// eventStream is a committed answer as the server writes it: each Write is one chunk, flushed at once.
type eventStream struct {
	proxy   *Proxy
	arrival *arrival
	relay   *loop.Relay
}

var _ fasthttp.BodyWriterTo = (*eventStream)(nil)

// SupportsBodyWriteTo implements [fasthttp.BodyWriterTo].
func (s *eventStream) SupportsBodyWriteTo() bool { return true }

// WriteTo implements [io.WriterTo]. An error makes the server cut the connection instead of ending the body.
func (s *eventStream) WriteTo(w io.Writer) (n int64, err error) {
	defer s.proxy.breakOff(s.arrival, &err)
	for {
		events, err := s.relay.Next()
		if len(events) > 0 {
			written, err := w.Write(events)
			if n += int64(written); err != nil {
				return n, err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, err
		}
	}
}

// Read implements [io.Reader]; the server uses WriteTo.
func (s *eventStream) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// Close implements [io.Closer].
func (s *eventStream) Close() (err error) {
	defer s.arrival.leave()
	defer s.proxy.breakOff(s.arrival, &err)
	return s.relay.Close()
}

// headerSafe is text without what would end or split a header.
func headerSafe(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}
