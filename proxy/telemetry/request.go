package telemetry

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	oteltrace "go.opentelemetry.io/otel/trace"

	"spillway/engine"
	"spillway/proxy/loop"
	"spillway/proxy/trace"
)

// w3c reads and writes traceparent and tracestate (W3C Trace Context).
var w3c = propagation.TraceContext{}

// Request is the trace of one request. It implements [loop.Trace]. Its methods are safe for concurrent use: the two sides of
// a hedged attempt send at the same time.
type Request struct {
	*Telemetry

	ctx  context.Context //nolint:containedctx // it is how spans know their parent
	span oteltrace.Span

	mu   sync.Mutex
	open []*attempt // those that were sent, and whose end is not known
}

// attempt is one send under way.
type attempt struct {
	target *loop.Target
	model  string
	began  time.Time
	span   oteltrace.Span
}

// Request begins a request's trace, or goes on with the one that the caller's headers name.
func (t *Telemetry) Request(r *trace.Record, header func(name string) string) *Request {
	parent := w3c.Extract(context.Background(), carrier{get: header})
	ctx, span := t.tracer.Start(parent, "POST "+route(r.Path), oteltrace.WithSpanKind(oteltrace.SpanKindServer), oteltrace.WithTimestamp(r.Began))
	if span.IsRecording() {
		span.SetAttributes(arrival(r)...)
	}
	return &Request{Telemetry: t, ctx: ctx, span: span}
}

// route is a path that requests of a policy come by, or what stands for any other: names of spans must be few.
func route(path string) string {
	switch path {
	case "/v1/messages", "/v1/chat/completions", "/v1/responses":
		return path
	}
	return "/v1"
}

// Decided adds the span of a decision that has just been made.
func (r *Request) Decided(policy string, d *engine.Decision, now time.Time) {
	if !r.span.IsRecording() {
		return
	}
	_, span := r.tracer.Start(r.ctx, "decide "+policy, oteltrace.WithTimestamp(now.Add(-d.Took)), oteltrace.WithAttributes(decision(policy, d)...))
	if d.Fault != nil {
		span.SetStatus(codes.Error, string(d.Outcome))
		span.SetAttributes(attribute.String("error.type", string(d.Outcome)))
	}
	span.End(oteltrace.WithTimestamp(now))
}

// Send implements [loop.Trace]: it begins the span of an attempt.
func (r *Request) Send(target *loop.Target, model string, now time.Time) [][2]string {
	ctx, span := r.ctx, r.span
	if span.IsRecording() { // else its children would not be either, and the target is told of the request itself
		ctx, span = r.tracer.Start(ctx, operation+" "+model, oteltrace.WithSpanKind(oteltrace.SpanKindClient), oteltrace.WithTimestamp(now))
		span.SetAttributes(identity(target, model)...)
	}
	r.mu.Lock()
	r.open = append(r.open, &attempt{target: target, model: model, began: now, span: span})
	r.mu.Unlock()
	var headers written
	w3c.Inject(ctx, &headers)
	return headers
}

// Failed ends the span of an attempt that came to nothing. One that was never sent gets a span for the time it was held.
func (r *Request) Failed(a *engine.Attempt, now time.Time) {
	if !a.Sent() {
		_, span := r.tracer.Start(r.ctx, "hold "+a.Target, oteltrace.WithTimestamp(now.Add(-a.Took)),
			oteltrace.WithAttributes(attribute.String("spillway.target", a.Target), attribute.String("gen_ai.request.model", a.Model), failure(a)))
		span.End(oteltrace.WithTimestamp(now))
		return
	}
	sent := r.take(a.Target, a.Model)
	if sent == nil {
		return
	}
	if sent.span.IsRecording() {
		sent.span.SetStatus(codes.Error, string(a.Reason))
		sent.span.SetAttributes(failure(a))
		if a.Status > 0 {
			sent.span.SetAttributes(attribute.Int("http.response.status_code", a.Status))
		}
	}
	sent.span.End(oteltrace.WithTimestamp(now))
	r.measure(sent, now, string(a.Reason))
}

// Ended ends all spans of the request: the one that answered with what it cost, and those of a hedge's losing side.
func (r *Request) Ended(e *trace.End) {
	if e.FirstContent > 0 {
		if answered := r.take(e.Target, e.Model); answered != nil {
			r.answered(answered, e)
		}
	}
	r.mu.Lock()
	for _, cancelled := range r.open {
		cancelled.span.SetAttributes(attribute.Bool("spillway.cancelled", true))
		cancelled.span.End(oteltrace.WithTimestamp(e.At))
	}
	r.open = nil
	r.mu.Unlock()
	if r.span.IsRecording() {
		r.span.SetAttributes(ending(e)...)
		if e.Status >= 500 || e.Outcome == trace.Broken {
			r.span.SetStatus(codes.Error, string(e.Outcome))
		}
	}
	r.span.End(oteltrace.WithTimestamp(e.At))
}

// answered ends the span of the attempt whose answer the client got, be it to its end or not.
func (r *Request) answered(a *attempt, e *trace.End) {
	failed := ""
	if e.Outcome == trace.Broken {
		failed = string(e.Outcome)
	}
	if a.span.IsRecording() {
		if failed != "" {
			a.span.SetStatus(codes.Error, failed)
			a.span.SetAttributes(attribute.String("error.type", failed))
		}
		a.span.SetAttributes(usage(e.Usage)...)
		a.span.SetAttributes(attribute.Int("http.response.status_code", e.Status))
	}
	a.span.End(oteltrace.WithTimestamp(e.At))
	r.measure(a, e.At, failed)
	r.count(a, "input", input(e.Usage))
	r.count(a, "output", e.Usage.Output)
}

// take is the earliest send to a target and model whose end is not known yet; it is known now.
func (r *Request) take(target, model string) *attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, a := range r.open {
		if a.target.Name == target && a.model == model {
			r.open = append(r.open[:i:i], r.open[i+1:]...)
			return a
		}
	}
	return nil
}

// measure notes how long an attempt took that failed in a way, "" if it did not.
func (r *Request) measure(a *attempt, now time.Time, failed string) {
	r.durations.Record(r.ctx, now.Sub(a.began).Seconds(), r.labels.of(a.target, r.settings.ModelLabel(a.model), failed, ""))
}

func (r *Request) count(a *attempt, kind string, tokens int) {
	if tokens > 0 {
		r.tokens.Record(r.ctx, int64(tokens), r.labels.of(a.target, r.settings.ModelLabel(a.model), "", kind))
	}
}

// written are a request's headers that a propagator writes. It implements [propagation.TextMapCarrier].
type written [][2]string

// Get implements [propagation.TextMapCarrier].
func (written) Get(string) string { return "" }

// Set implements [propagation.TextMapCarrier].
func (w *written) Set(name, value string) { *w = append(*w, [2]string{name, value}) }

// Keys implements [propagation.TextMapCarrier].
func (written) Keys() []string { return nil }

// carrier reads a request's headers.
type carrier struct{ get func(name string) string }

// Get implements [propagation.TextMapCarrier].
func (c carrier) Get(name string) string { return c.get(name) }

// Set implements [propagation.TextMapCarrier].
func (carrier) Set(string, string) {}

// Keys implements [propagation.TextMapCarrier].
func (carrier) Keys() []string { return nil }
