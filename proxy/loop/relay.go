package loop

import (
	"errors"
	"fmt"
	"io"
	"time"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/failure"
	"spillway/proxy/sse"
	"spillway/proxy/trace"
	"spillway/proxy/translate"
)

// ErrBroken is returned by [Relay.Next] after the last bytes of an answer that broke: the connection to the client must
// be cut, so that nothing reads like a clean end.
var ErrBroken = errors.New("the answer broke after its first content")

var errFailedLate = errors.New("the target failed after its first content")

// Relay is a committed event stream. One goroutine reads it to its end, and closes it.
type Relay struct {
	try          *try
	in           Incoming
	stream       Stream
	events       *sse.Reader
	watch        *dialect.Watch
	across       translate.Stream  // nil when the target speaks the client's dialect
	told         []byte            // the latest events in the client's dialect
	foreign      bool              // its signatures have to be remembered
	held         []byte            // events not yet given out
	broken       error             // why the stream ended early
	failure      dialect.ErrorInfo // the target's own word for that
	ended        bool
	firstContent time.Duration
}

// Next is the next whole events, as many as have arrived. They are valid until the next call. io.EOF is the clean
// end. When the stream breaks, Next gives out an error event in the client's dialect, then [ErrBroken].
func (r *Relay) Next() ([]byte, error) {
	events, err := r.next()
	return r.try.target.WithoutKeys(events), err
}

func (r *Relay) next() ([]byte, error) {
	if len(r.held) > 0 {
		first := r.held
		r.held = nil
		return first, nil
	}
	if r.ended {
		return nil, r.last()
	}
	for {
		r.stream.Limit(r.try.Clock.Now().Add(orElse(0, r.try.target.Timeouts.Idle)))
		event, err := r.events.Next()
		if err != nil {
			return r.stop(err)
		}
		if r.across != nil {
			if out := r.stepAcross(event); len(out) > 0 {
				return out, nil
			}
			continue
		}
		if r.step(event) {
			return event.Raw, nil
		}
		if !r.events.Buffered() {
			return event.Raw, nil
		}
		return r.batch(event.Raw), nil
	}
}

// stepAcross follows an event and those that have already arrived behind it, and tells them in the client's dialect. They may
// have nothing to tell.
func (r *Relay) stepAcross(event sse.Event) []byte {
	for r.told = r.told[:0]; ; {
		if r.step(event) {
			return append(r.told, r.errorEvent(r.failure)...)
		}
		told, err := r.across.Step(r.told, event)
		if err != nil {
			return append(r.told, r.giveUp(err)...)
		}
		if r.told = told; !r.events.Buffered() || len(told) > maxPreamble {
			return told
		}
		if event, err = r.events.Next(); err != nil {
			return told // the error stays, for the next call
		}
	}
}

// giveUp ends a stream that cannot be told in the client's dialect.
func (r *Relay) giveUp(err error) []byte {
	r.ended, r.broken = true, err
	return r.errorEvent(dialect.ErrorInfo{Reason: engine.ReasonServer, Message: "the answer from " + r.try.target.Name + " could not be translated"})
}

func (r *Relay) errorEvent(info dialect.ErrorInfo) []byte {
	info.RequestID = r.try.x.Request.ID
	return dialect.ErrorEvent(r.try.x.Request.API, r.try.x.Call.Endpoint, info)
}

// tell appends an event as the client reads it.
func (r *Relay) tell(dst []byte, event sse.Event) ([]byte, error) {
	if r.across != nil {
		return r.across.Step(dst, event)
	}
	return append(dst, event.Raw...), nil
}

// batch joins the events that have already arrived behind first.
func (r *Relay) batch(first []byte) []byte {
	joined := append([]byte(nil), first...)
	for !r.ended && r.events.Buffered() && len(joined) < maxPreamble {
		event, err := r.events.Next()
		if err != nil {
			last, _ := r.stop(err)
			return append(joined, last...)
		}
		if r.step(event) {
			return append(joined, event.Raw...)
		}
		joined = append(joined, event.Raw...)
	}
	return joined
}

// step follows one event, and says whether it is the target's own word that the answer broke.
func (r *Relay) step(event sse.Event) (failed bool) {
	r.learnSignature(event)
	if r.watch.Step(event) != dialect.Failure {
		return false
	}
	reading := failure.Read(failure.Answer{API: r.try.target.Dialect, Status: r.in.Status(), Body: event.Data, InStream: true, Now: r.try.Clock.Now()})
	r.failure = dialect.ErrorInfo{Reason: reading.Reason, Message: r.try.mask(reading.Message)}
	r.ended, r.broken = true, fmt.Errorf("%w: %s", errFailedLate, reading.Reason)
	r.try.x.Record.Note("after its first content " + r.try.target.Name + " said: " + r.failure.Message)
	return true
}

// stop ends the stream after a read error. What was complete before it stays complete.
func (r *Relay) stop(err error) ([]byte, error) {
	r.ended = true
	if r.watch.Complete() {
		if r.across == nil {
			return r.events.Pending(), nil // such as a last event without its blank line
		}
		last, failed := r.across.End(r.told[:0])
		if failed != nil {
			return r.giveUp(failed), nil
		}
		if len(last) == 0 {
			return nil, r.last()
		}
		return last, nil
	}
	r.broken = unfinished(err, false)
	// The transport's own words would tell of addresses inside.
	last := dialect.ErrorInfo{Reason: engine.ReasonServer, Message: "the answer from " + r.try.target.Name + " broke off"}
	switch x := r.try.x; {
	case x.Cut():
		r.broken, last.Message = errCut, stopping
	case x.Gone.Fired():
		return nil, ErrBroken
	case errors.Is(r.broken, failure.ErrIdle):
		last.Reason, last.Message = engine.ReasonTimeout, "the answer from "+r.try.target.Name+" fell silent"
	}
	return r.errorEvent(last), nil
}

// errCut is why the answer of a request that was cut broke.
var errCut = errors.New("cut: " + stopping)

func (r *Relay) last() error {
	if r.broken != nil {
		return ErrBroken
	}
	return io.EOF
}

// Close ends the exchange: the target's connection, the permit and the trace. It may be called before the end.
func (r *Relay) Close() error {
	if r.try == nil {
		return nil
	}
	t := r.try
	r.try = nil
	defer t.permit.Release() // whatever else fails
	end := trace.End{Outcome: trace.OK, Status: r.in.Status(), FirstContent: r.firstContent}
	switch {
	case r.broken != nil && (t.x.Cut() || !t.x.Gone.Fired()):
		end.Outcome, end.Message = trace.Broken, r.broken.Error()
	case r.watch.Complete():
		end.Mismatches = t.compare(r.watch.Usage(), r.watch.Oddity())
	default:
		end.Outcome, end.Message = trace.Gone, "the client hung up during the answer"
	}
	r.events.Release()
	err := r.in.Close()
	t.account(&end, r.watch.Usage())
	t.learn(r.watch.Usage())
	t.ended(end)
	return err
}
