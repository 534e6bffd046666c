package proxy

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"spillway/engine"
	"spillway/proxy/failure"
	"spillway/proxy/loop"
)

// passThrough carries a request that no policy decides about to the first target of its dialect, as it is. It is sent
// again only where nothing was sent.
func (p *Proxy) passThrough(a *arrival) {
	t := a.firstTarget()
	if t == nil {
		p.refuse(a, &refusal{404, engine.ReasonNotFound, "no target of the " + string(a.api) + " dialect can serve " + a.path})
		return
	}
	in, err := p.carry(a, t)
	switch {
	case a.visit.Gone.Fired():
		if in != nil {
			_ = in.Close()
		}
		p.logPassed(a, "gone", 0, "", t.Name)
		p.hangUp(a)
	case err != nil:
		reading := failure.Read(failure.Answer{API: t.Dialect, Err: err, Now: p.clock.Now()})
		status := 502
		if reading.Reason == engine.ReasonTimeout {
			status = 504
		}
		p.refuse(a, &refusal{status, reading.Reason, t.Name + ": " + reading.Message})
	default:
		p.hand(a, t, in)
	}
}

// firstTarget is the first of the request's dialect that has a credential for it.
func (a *arrival) firstTarget() *loop.Target {
	for _, t := range a.snapshot.Targets {
		if t.Dialect == a.api && t.Accepts() {
			return t
		}
	}
	return nil
}

// carry sends the request; up to twice more while no connection stood.
func (p *Proxy) carry(a *arrival, t *loop.Target) (in loop.Incoming, err error) {
	out := &loop.Outgoing{
		Method: string(a.ctx.Method()), Path: a.path, Query: a.query, Body: a.body.bytes(), Header: a.headers,
		Until: a.began.Add(t.Timeouts.Total), Gone: &a.visit.Gone, Key: p.ownKey(t), Unread: true,
	}
	if a.client == nil {
		out.Credential = a.credential()
	}
	for pause := 100 * time.Millisecond; ; pause *= 4 {
		in, err = t.Sender.Send(out)
		if !errors.Is(err, failure.ErrConnect) || pause > time.Second || p.clock.Wait(pause, out.Gone) == 0 {
			return in, err
		}
	}
}

// hand gives the target's answer to the client unread.
func (p *Proxy) hand(a *arrival, t *loop.Target, in loop.Incoming) {
	resp := &a.ctx.Response
	resp.SetStatusCode(in.Status())
	for key, value := range in.Headers {
		resp.Header.AddBytesKV(key, value)
	}
	resp.Header.Set("X-Spillway-Id", a.id)
	resp.Header.Set("X-Spillway-Target", t.Name)
	p.metrics.Passed(t.Name, in.Status())
	p.logPassed(a, "passed", in.Status(), "", t.Name)
	length, err := strconv.Atoi(in.Get("Content-Length"))
	if err != nil {
		length = -1 // chunks
	}
	if stream := in.Stream(); stream != nil {
		stream.Limit(time.Time{})
		a.streams = true
		resp.SetBodyStream(p.rawStream(a, t, in, stream), length)
		return
	}
	switch body := in.Body(); {
	case a.ctx.IsHead():
		resp.SetBodyStream(http.NoBody, length)
	default:
		resp.SetBody(t.WithoutKeys(body))
	}
	if a.paysForPassed() {
		a.settlePassed(t, a.modelAsked(), in.Body(), p.clock.Now())
	}
	_ = in.Close()
}

// rawStream is an answer that nobody reads on the way.
type rawStream struct {
	io.Reader
	proxy   *Proxy
	arrival *arrival
	in      loop.Incoming
	settle  func() // at the end, before the client knows of it
}

func (p *Proxy) rawStream(a *arrival, t *loop.Target, in loop.Incoming, stream io.Reader) *rawStream {
	if !a.paysForPassed() {
		return &rawStream{stream, p, a, in, func() {}}
	}
	noted := &passed{model: a.modelAsked(), asked: len(a.body.bytes())}
	return &rawStream{io.TeeReader(stream, noted), p, a, in, func() { a.settleStream(t, noted, p.clock.Now()) }}
}

// Read implements [io.Reader].
func (s *rawStream) Read(p []byte) (n int, err error) {
	defer s.proxy.breakOff(s.arrival, &err)
	if n, err = s.Reader.Read(p); err != nil {
		s.settle()
	}
	return n, err
}

// Close implements [io.Closer].
func (s *rawStream) Close() (err error) {
	defer s.arrival.leave()
	defer s.proxy.breakOff(s.arrival, &err)
	s.settle() // if the client has left before the end; a second time it does nothing
	return s.in.Close()
}
