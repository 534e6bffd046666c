package loop

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/cost"
	"spillway/proxy/dialect"
	"spillway/proxy/failure"
	"spillway/proxy/gate"
	"spillway/proxy/sse"
	"spillway/proxy/trace"
)

// Bounds of what is held or kept of an answer, in bytes.
const (
	maxEvent     = 16 << 20  // one server-sent event
	maxPreamble  = 256 << 10 // events before the first content
	maxErrorBody = 64 << 10  // of a failure
)

// commit decides whether an answer is one: it is held until its first content has arrived.
func (t *try) commit(in Incoming, err error) (*Answer, *failed) {
	if err != nil {
		return nil, t.broke(err)
	}
	t.Gates.RateLimits(t.target.Gate(t.model), func() engine.RateLimits {
		return failure.RateLimits(t.target.Dialect, in.Get, t.Clock.Now())
	})
	switch status := in.Status(); {
	case status < 200 || status > 299:
		return nil, t.rejected(in, failure.Answer{Status: status, Body: in.Body()})
	case in.Stream() != nil && !t.x.Call.Stream: // an SDK that expects a message cannot read events
		err := fmt.Errorf("%w: the target answered with a stream, which was not asked for", failure.ErrEmpty)
		return nil, t.rejected(in, failure.Answer{Status: status, Err: err})
	case in.Stream() != nil:
		return t.hold(in)
	}
	usage, ok := dialect.ReadWhole(t.target.Dialect, t.call.Endpoint, in.Body())
	switch {
	case !ok:
		return nil, t.rejected(in, failure.Answer{Status: in.Status(), Body: in.Body()})
	case t.x.Call.Stream: // an SDK that expects events would read it as an empty answer, without an error
		err := fmt.Errorf("%w: the target answered a streaming request with %s", failure.ErrEmpty, in.Get("Content-Type"))
		return nil, t.rejected(in, failure.Answer{Status: in.Status(), Err: err})
	}
	if t.learnsSignatures() {
		t.Signatures.LearnWhole(in.Body())
	}
	body, err := t.tellWhole(in.Body())
	if err != nil {
		return nil, t.rejected(in, failure.Answer{Status: in.Status(), Err: fmt.Errorf("%w: %w", failure.ErrEmpty, err)})
	}
	if !t.win() {
		t.lost(in)
		return nil, nil
	}
	t.committed()
	t.permit.Release()
	t.learn(usage)
	a := t.answer(in)
	a.Body, a.whole = t.target.WithoutKeys(body), t
	a.end = trace.End{Outcome: trace.OK, Status: in.Status(), FirstContent: t.Clock.Now().Sub(t.x.Began), Mismatches: t.compare(usage, "")}
	t.account(&a.end, usage)
	return a, nil
}

// hold reads a stream up to its first content. Until then it can be thrown away, for nothing of the message was sent.
func (t *try) hold(in Incoming) (*Answer, *failed) {
	stream := in.Stream()
	r := &Relay{
		try: t, in: in, stream: stream, events: sse.NewReader(stream, maxEvent),
		watch: dialect.NewWatch(t.target.Dialect, t.call.Endpoint), foreign: t.learnsSignatures(),
	}
	if t.across != nil {
		r.across = t.across.Stream(t.home())
	}
	limit := earlier(t.until, t.sentAt.Add(orElse(0, t.target.Timeouts.FirstEvent)))
	for {
		stream.Limit(limit)
		step, failed := r.preamble()
		switch {
		case failed != nil:
			f := t.rejected(in, *failed)
			r.events.Release()
			return nil, f
		case step != dialect.Preamble, len(r.held) > maxPreamble:
			return t.relay(r)
		}
		limit = earlier(t.until, t.Clock.Now().Add(orElse(0, t.target.Timeouts.Idle)))
	}
}

// preamble holds the next event, or says why the stream is no answer. The failure is valid until the next event.
func (r *Relay) preamble() (dialect.Step, *failure.Answer) {
	event, err := r.events.Next()
	if err != nil {
		return 0, unread(r, err)
	}
	step := r.watch.Step(event)
	r.learnSignature(event)
	if step == dialect.Failure {
		return step, &failure.Answer{Status: r.in.Status(), Body: event.Data, InStream: true}
	}
	if r.held, err = r.tell(r.held, event); err != nil {
		return step, &failure.Answer{Status: r.in.Status(), Err: fmt.Errorf("%w: %w", failure.ErrIncomplete, err)}
	}
	return step, nil
}

// unread is the failure of a stream that ended before its first content. What stands in it without being an event may be
// an error's bare JSON.
func unread(r *Relay, err error) *failure.Answer {
	if left := bytes.TrimSpace(r.events.Pending()); errors.Is(err, io.ErrUnexpectedEOF) && bytes.HasPrefix(left, []byte("{")) {
		return &failure.Answer{Status: r.in.Status(), Body: left, InStream: true}
	}
	return &failure.Answer{Status: r.in.Status(), Err: unfinished(err, len(r.held) == 0)}
}

// unfinished is why a stream that has not committed is no answer.
func unfinished(err error, empty bool) error {
	switch {
	case errors.Is(err, io.EOF) && empty:
		return failure.ErrEmpty
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return failure.ErrIncomplete
	case errors.Is(err, sse.ErrTooLarge):
		return failure.ErrTooLarge
	}
	return err
}

// relay is the answer of a stream that has committed.
func (t *try) relay(r *Relay) (*Answer, *failed) {
	if !t.win() {
		r.events.Release()
		t.lost(r.in)
		return nil, nil
	}
	t.committed()
	r.firstContent = t.Clock.Now().Sub(t.x.Began)
	a := t.answer(r.in)
	a.Relay = r
	return a, nil
}

func (t *try) committed() {
	now := t.Clock.Now()
	t.permit.Commit(now.Sub(t.sentAt))
	t.bind()
	t.Observe.Committed(t.x, t.target.Name, t.model, now.Sub(t.sentAt))
}

func (t *try) answer(in Incoming) *Answer {
	return &Answer{
		Status: in.Status(), Incoming: in, Across: t.across != nil,
		Target: t.target.Name, Model: t.model, Sends: t.x.sent(), Edits: t.edits,
	}
}

// broke is the attempt whose connection failed before there was an answer.
func (t *try) broke(err error) *failed {
	return t.read(failure.Answer{Err: err}, nil)
}

// rejected is the attempt that the target answered with a failure. It closes in.
func (t *try) rejected(in Incoming, a failure.Answer) *failed {
	a.Header = in.Get
	a.Body = a.Body[:min(len(a.Body), maxErrorBody)]
	f := t.read(a, in)
	_ = in.Close()
	return f
}

// read turns a failure into an attempt, and tells the gate.
func (t *try) read(a failure.Answer, in Incoming) *failed {
	a.API, a.Now = t.target.Dialect, t.Clock.Now()
	reading := failure.Read(a)
	f := t.failedAs(reading.Kind)
	f.Status, f.Reason, f.Retry = a.Status, reading.Reason, reading.Retry
	f.Code, f.Message, f.RetryAfter = t.mask(reading.Code), t.mask(reading.Message), reading.RetryAfter
	t.judgeKey(f, reading)
	if reading.Signature && t.disownAll() {
		f.Retry = engine.RetrySame
	}
	if in != nil && a.Err == nil {
		f.answer = t.keep(in, a, f)
	}
	blame := t.blame(f.Reason)
	if f.OtherKey {
		blame = gate.RequestFault // which tells nothing of the target
	}
	t.settle(blame, f.RetryAfter)
	return f
}

// mask takes credentials out of a target's words: some targets quote what they were sent.
func (t *try) mask(message string) string {
	for i := range t.target.Keys {
		message = masked(message, t.target.Keys[i].Reveal())
	}
	return masked(message, t.x.Credential.Value)
}

// shortestSecret is how long a credential must be to be looked for: a shorter one would be found in innocent words.
const shortestSecret = 8

func masked(message, secret string) string {
	if len(secret) < shortestSecret {
		return message
	}
	return strings.ReplaceAll(message, secret, "***")
}

// blame says what a failure tells of the gate.
func (t *try) blame(reason engine.Reason) gate.FailureKind {
	switch reason {
	case engine.ReasonOverloaded:
		return gate.Overload
	case engine.ReasonRateLimit, engine.ReasonSpendLimit, engine.ReasonServer, engine.ReasonConnection, engine.ReasonTimeout:
		switch {
		case t.gone.Fired():
			return gate.ClientGone
		case reason == engine.ReasonTimeout && t.timeLeft(t.x) <= 0:
			return gate.OutOfTime
		default:
			return gate.TargetFault
		}
	default:
		return gate.RequestFault
	}
}

// keep is what the client hears of a target's failure: the target's own answer, or the same in the client's dialect.
func (t *try) keep(in Incoming, a failure.Answer, f *failed) *answered {
	if t.across == nil {
		kept := keep(in, a, f)
		kept.body = t.target.WithoutKeys(kept.body)
		return kept
	}
	info := dialect.ErrorInfo{Reason: f.Reason, Message: f.Target + ": " + cmp.Or(f.Message, "an answer without a word"), RequestID: t.x.Request.ID}
	return &answered{
		status: dialect.Status(t.x.Request.API, f.Reason), body: dialect.ErrorBody(t.x.Request.API, info),
		headers: [][2]string{{"Content-Type", "application/json"}},
	}
}

// keep is the target's own answer, for a client that is to get it as it was. An error that came inside a 200 gets the
// status that stands for its reason and the form of a whole answer. What is no error to an SDK, such as the page of a box
// in the middle, is told in the dialect's words.
func keep(in Incoming, a failure.Answer, f *failed) *answered {
	isError := a.Status >= 400 && a.Status <= 599
	asItWas := isError && bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("{")) && gjson.ValidBytes(a.Body)
	kept := &answered{status: a.Status}
	switch {
	case a.Status < 300:
		kept.status = dialect.Status(a.API, f.Reason)
	case !isError: // no API says so, and some clients act upon it
		kept.status = 502
	}
	switch {
	case asItWas, gjson.GetBytes(a.Body, "error").IsObject():
		kept.body = append(kept.body, a.Body...)
	default:
		kept.body = dialect.ErrorBody(a.API, dialect.ErrorInfo{
			Status: kept.status, Reason: f.Reason, Message: f.Target + ": " + cmp.Or(f.Message, "an answer without a word"),
		})
	}
	for key, value := range in.Headers {
		name := string(key)
		if strings.EqualFold(name, "Location") {
			continue // a redirect would take the caller's credential to another host
		}
		if asItWas || !isOfContent(name) {
			kept.headers = append(kept.headers, [2]string{name, string(value)})
		}
	}
	if !asItWas {
		kept.headers = append(kept.headers, [2]string{"Content-Type", "application/json"})
	}
	return kept
}

// isOfContent says whether a header describes a body.
func isOfContent(name string) bool {
	const prefix = "content-"
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}

// account notes what the answer took and cost. What the target did not tell, or not yet, is about as much as came.
func (t *try) account(e *trace.End, u dialect.Usage) {
	e.Usage = trace.Usage{Input: u.Input, Output: u.Output, CacheRead: u.CacheRead, CacheWrite: u.CacheWrite, CacheWriteLong: u.CacheWriteLong}
	if u.Said > u.Output && (u.Output == 0 || e.Outcome != trace.OK) {
		e.Usage.Output, e.Estimated = u.Said, true
	}
	if e.Usage.Prompt() == 0 && u.Said > 0 {
		e.Usage.Input, e.Estimated = t.promptTokens(), true
	}
	e.Cost = cost.Of(&t.target.Target, e.Usage, t.model, u.Model)
	if e.Outcome == trace.OK && !e.Estimated {
		t.Estimator.LearnAnswer(t.model, e.Usage.Output)
	}
}

// promptTokens is about how many tokens were sent: by the estimate, if somebody has wanted it, else by length.
func (t *try) promptTokens() int {
	if t.x.Call.Outlined() {
		return t.Estimator.Tokens(t.call, t.model)
	}
	const textPerToken = 4
	return len(t.call.Body) / textPerToken
}

// forecast is when a request like this one may succeed, between 1 and 60 s: SDKs ignore longer waits, and 0 makes
// some of them loop.
func forecast(d time.Duration) time.Duration {
	return min(max(d, time.Second), time.Minute)
}
