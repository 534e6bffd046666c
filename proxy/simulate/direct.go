package simulate

import (
	"errors"
	"io"

	"spillway/proxy/dialect"
	"spillway/proxy/loop"
	"spillway/proxy/sse"
)

// direct asks without a proxy: the first target of the client's dialect, and no other.
type direct struct{ stage *stage }

// maxEvent is the largest event that an SDK reads, in bytes.
const maxEvent = 16 << 20

func (direct) close() {}

func (direct) queued() int { return 0 }

// ask makes one try of an order, as an SDK would.
func (d direct) ask(o *order, _ int) outcome {
	s, call := d.stage.home(o.client.dialect), o.prompt.call
	in, err := s.Send(&loop.Outgoing{
		Method: "POST", Path: o.prompt.path, Body: call.Body, Header: o.headers,
		Until: d.stage.clock.Now().Add(o.client.timeout), Gone: &o.gone,
	})
	if err != nil {
		return outcome{end: o.failing()}
	}
	defer func() { _ = in.Close() }()
	out := outcome{status: in.Status(), header: in.Get, target: s.Name, model: s.Resolve(call.Model), first: d.stage.now()}
	switch {
	case out.status != 200:
		out.end = failed
	case in.Stream() != nil:
		out.begun = true
		out.end = d.read(in.Stream(), s, o)
	}
	return out
}

// failing is how a try ended that got no answer.
func (o *order) failing() ending {
	if o.gone.Fired() {
		return gaveUp
	}
	return failed
}

// read reads a stream to its end.
func (d direct) read(stream loop.Stream, s *server, o *order) ending {
	endpoint := dialect.Messages
	if o.prompt.call.Endpoint == dialect.ChatCompletions {
		endpoint = dialect.ChatCompletions
	}
	events, watch := sse.NewReader(stream, maxEvent), dialect.NewWatch(s.Dialect, endpoint)
	defer events.Release()
	committed := false
	for {
		stream.Limit(d.stage.clock.Now().Add(o.client.timeout))
		event, err := events.Next()
		if err != nil {
			return d.ended(o, watch.Complete() && errors.Is(err, io.EOF), committed)
		}
		switch watch.Step(event) {
		case dialect.Failure:
			return d.ended(o, false, committed)
		case dialect.Preamble:
		default:
			if !committed {
				committed = true
				o.started()
			}
		}
	}
}

func (direct) ended(o *order, complete, committed bool) ending {
	switch {
	case complete:
		return served
	case o.gone.Fired():
		return gaveUp
	case committed:
		return broken
	}
	return failed
}
