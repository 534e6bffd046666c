package probe

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/failure"
	"spillway/proxy/loop"
	"spillway/proxy/sse"
)

// maxEvent bounds one event of an answer, in bytes.
const maxEvent = 1 << 20

// ask asks one model, with a tool, and without it if it is the tool that is refused.
func (p *patient) ask(m asked) Result {
	r := Result{Target: p.target.Name, Model: m.name, Alias: m.alias, Reached: Unknown, Authorised: Unknown, Exists: Unknown, Streams: Unknown, Tools: Unknown}
	if len(p.target.Keys) > 1 {
		r.Key = p.key.Fingerprint
	}
	switch {
	case m.name == "" && p.away != nil:
		p.explain(&r, p.read(nil, failure.Answer{Err: p.away}))
		return r
	case m.name == "":
		r.advise("no model is named here and none is listed: name one under `models`, to have it asked")
		return r
	case !p.hasKey():
		r.advise("has no key of its own, and there is none to try: set " + keyVariable(p.target.Dialect) + ", or give the target a `key`")
		return r
	}
	reading, failed := p.try(&r, forced)
	for _, how := range [...]toolUse{offered, toolless} {
		if !failed || reading.Reason != engine.ReasonInvalid || r.Exists == No {
			break
		}
		before := reading
		if reading, failed = p.try(&r, how); !failed && how == toolless {
			r.Tools = No
			r.advise("takes no tools with this model: " + before.Message)
		}
	}
	if failed {
		p.explain(&r, reading)
	}
	p.checkClock(&r)
	return r
}

// try makes one question of it, and notes what it shows.
func (p *patient) try(r *Result, how toolUse) (failure.Reading, bool) {
	path, body := question(p.target, r.Model, how)
	began := time.Now()
	in, err := p.send("POST", path, body)
	if err != nil {
		return p.read(nil, failure.Answer{Err: err}), true
	}
	defer func() { _ = in.Close() }()
	r.Reached = OK
	r.Limits = limits(failure.RateLimits(p.target.Dialect, in.Get, time.Now()))
	switch {
	case in.Status() != http.StatusOK:
		return p.read(in, failure.Answer{Body: in.Body()}), true
	case in.Stream() == nil:
		return p.whole(r, in)
	}
	return p.stream(r, in, began, how != toolless)
}

// whole reads an answer that should have been a stream.
func (p *patient) whole(r *Result, in loop.Incoming) (failure.Reading, bool) {
	endpoint := dialect.Messages
	if p.target.Dialect == engine.OpenAI {
		endpoint = dialect.ChatCompletions
	}
	if _, ok := dialect.ReadWhole(p.target.Dialect, endpoint, in.Body()); !ok {
		return p.read(in, failure.Answer{Body: in.Body()}), true
	}
	r.Authorised, r.Exists, r.Streams = OK, OK, No
	r.advise("answered a streaming request all at once (" + in.Get("Content-Type") + "): streams would fail here")
	return failure.Reading{}, false
}

// stream follows the events to their end.
func (p *patient) stream(r *Result, in loop.Incoming, began time.Time, tools bool) (failure.Reading, bool) {
	endpoint := dialect.Messages
	if p.target.Dialect == engine.OpenAI {
		endpoint = dialect.ChatCompletions
	}
	events, watch, called := sse.NewReader(in.Stream(), maxEvent), dialect.NewWatch(p.target.Dialect, endpoint), false
	defer events.Release()
	in.Stream().Limit(began.Add(p.patience))
	for {
		event, err := events.Next()
		if err != nil {
			return p.ended(r, in, watch, called || !tools, err)
		}
		switch watch.Step(event) {
		case dialect.Failure:
			return p.read(in, failure.Answer{Body: event.Data, InStream: true}), true
		case dialect.Content:
			if r.First == 0 {
				r.First = time.Since(began)
				r.FirstMS = float64(r.First.Milliseconds())
			}
		}
		called = called || bytes.Contains(event.Data, []byte(`"tool_use"`)) || bytes.Contains(event.Data, []byte(`"tool_calls":[{`))
	}
}

// ended judges a stream by how it ended.
func (p *patient) ended(r *Result, in loop.Incoming, watch *dialect.Watch, called bool, err error) (failure.Reading, bool) {
	if !watch.Complete() {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = failure.ErrIncomplete
		}
		r.Authorised, r.Exists = OK, OK
		return p.read(in, failure.Answer{Err: err}), true
	}
	r.Authorised, r.Exists, r.Streams, r.Tools = OK, OK, OK, OK
	if !called {
		r.Tools = Unknown
		r.advise("answered without calling the tool it was told to call")
	}
	if odd := watch.Oddity(); odd != "" {
		r.advise("streams oddly: " + odd)
	}
	return failure.Reading{}, false
}
