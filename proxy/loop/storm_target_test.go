package loop_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/config"
	"spillway/proxy/dialect"
	"spillway/proxy/failure"
	"spillway/proxy/loop"
)

// How long a simulated target takes, from a send to the refusal, to the first content and to the end.
const (
	refuses = 50 * time.Millisecond
	begins  = 500 * time.Millisecond
	ends    = 1500 * time.Millisecond
)

// stormTarget is a target on the test's clock. It answers 529 while it is full.
type stormTarget struct {
	name  string
	full  func(since time.Duration, inFlight int) bool // nil = never; inFlight counts what is being answered
	clock *clock.Virtual
	began time.Time

	inFlight int
	sends    []send
}

// send is one request as the target saw it.
type send struct {
	at       time.Duration
	refused  bool
	beside   int  // how many were being answered already
	answered bool // its answer began
}

// configured is the target as the loop is given it.
func (s *stormTarget) configured() *loop.Target {
	return &loop.Target{Identity: s.name, Sender: s, Target: config.Target{
		Name: s.name, Dialect: engine.Anthropic, ForwardCaller: true,
		Timeouts: config.Timeouts{FirstEvent: 2 * time.Minute, Idle: time.Minute, Total: 10 * time.Minute},
	}}
}

// Send implements [loop.Sender].
func (s *stormTarget) Send(out *loop.Outgoing) (loop.Incoming, error) {
	refused, n := s.take()
	if refused {
		return s.respond(out, refuses, &stormAnswer{status: 529, body: dialect.ErrorBody(engine.Anthropic, dialect.ErrorInfo{
			Reason: engine.ReasonOverloaded, Message: "Overloaded",
		})})
	}
	in, err := s.respond(out, begins, &stormAnswer{clock: s.clock, status: 200, events: strings.NewReader(stormEvents), gone: out.Gone, over: sync.OnceFunc(s.leave)})
	if err != nil {
		s.leave()
		return nil, err
	}
	s.answers(n)
	return in, nil
}

func (s *stormTarget) respond(out *loop.Outgoing, after time.Duration, a *stormAnswer) (loop.Incoming, error) {
	switch left := out.Until.Sub(s.clock.Now()); {
	case s.clock.Wait(min(after, left), out.Gone) == 0:
		return nil, failure.ErrReset
	case left < after:
		return nil, failure.ErrFirstEvent
	}
	return a, nil
}

// take notes a send, says whether the target is too full for it, and numbers it.
func (s *stormTarget) take() (refused bool, n int) {
	since := s.clock.Now().Sub(s.began)
	refused = s.full != nil && s.full(since, s.inFlight)
	s.sends = append(s.sends, send{at: since, refused: refused, beside: s.inFlight})
	if !refused {
		s.inFlight++
	}
	return refused, len(s.sends) - 1
}

func (s *stormTarget) answers(n int) {
	s.sends[n].answered = true
}

func (s *stormTarget) leave() {
	s.inFlight--
}

// count counts the sends of a span, all or the refused ones. The storm must be over.
func (s *stormTarget) count(from, to time.Duration, refusedOnly bool) (n int) {
	for _, each := range s.sends {
		if each.at >= from && each.at < to && (each.refused || !refusedOnly) {
			n++
		}
	}
	return n
}

// crowded says whether a span saw two at the target at once.
func (s *stormTarget) crowded(from, to time.Duration) bool {
	return slices.ContainsFunc(s.sends, func(each send) bool { return each.at >= from && each.at < to && each.beside > 0 })
}

// opens is when the first request was sent, from a moment on, that was answered.
func (s *stormTarget) opens(from time.Duration) time.Duration {
	for _, each := range s.sends {
		if each.at >= from && each.answered {
			return each.at
		}
	}
	return 0
}

// stormEvents is a short message. Its second half comes later.
var stormEvents = event("message_start", `"message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}`) +
	event("content_block_start", `"index":0,"content_block":{"type":"text","text":""}`) +
	event("content_block_delta", `"index":0,"delta":{"type":"text_delta","text":"Hello."}`) +
	half +
	event("content_block_stop", `"index":0`) +
	event("message_delta", `"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}`) +
	event("message_stop", "")

// half parts what comes at once from what comes later. It is a comment, which SDKs skip.
const half = ": later\n\n"

func event(name, rest string) string {
	if rest != "" {
		rest = "," + rest
	}
	return fmt.Sprintf("event: %s\ndata: {\"type\":%q%s}\n\n", name, name, rest)
}

// stormAnswer is an answer of a [stormTarget], whole or as a stream. It implements [loop.Incoming] and [loop.Stream].
type stormAnswer struct {
	clock  *clock.Virtual
	status int
	body   []byte
	events *strings.Reader // nil for a whole answer
	gone   *clock.Signal
	over   func() // ends the exchange at the target
}

func (a *stormAnswer) Status() int                          { return a.status }
func (a *stormAnswer) Get(string) string                    { return "" }
func (a *stormAnswer) Headers(func(key, value []byte) bool) {}
func (a *stormAnswer) Body() []byte                         { return a.body }
func (a *stormAnswer) Limit(time.Time)                      {}

func (a *stormAnswer) Stream() loop.Stream {
	if a.events == nil {
		return nil
	}
	return a
}

// Read gives the first half at once and the second after a while.
func (a *stormAnswer) Read(p []byte) (int, error) {
	first := strings.Index(stormEvents, half) + len(half)
	switch sent := len(stormEvents) - a.events.Len(); {
	case sent < first:
		p = p[:min(len(p), first-sent)]
	case sent == first && a.clock.Wait(ends-begins, a.gone) == 0:
		return 0, failure.ErrReset
	}
	return a.events.Read(p)
}

func (a *stormAnswer) Close() error {
	if a.over != nil {
		a.over()
	}
	return nil
}
