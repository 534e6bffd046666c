package proxy

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"spillway/engine"
	"spillway/proxy/loop"
	"spillway/proxy/telemetry"
	"spillway/proxy/trace"
)

// observer turns what the loop reports into metrics and logs. It implements [loop.Observer].
type observer struct{ *Proxy }

// Decided implements [loop.Observer].
func (o observer) Decided(x *loop.Exchange, d *engine.Decision) {
	o.metrics.Decided(x.Policy.Name(), d)
	o.logDecision(x, d)
	if x.Beside != nil {
		x.Beside.Decided(x, d)
	}
	if traced := traced(x); traced != nil {
		traced.Decided(x.Policy.Name(), d, o.clock.Now())
	}
	if d.Fault != nil {
		level := slog.LevelDebug // a policy that fails, fails often; its first words are enough
		if o.faults.first(x.Record.Revision, d.Fault) {
			level = slog.LevelError
		}
		fault := d.Loggable()
		o.slog.Log(context.Background(), level, "policy failed", "id", x.Request.ID, "policy", x.Policy.Name(), "outcome", d.Outcome,
			"onError", x.Policy.OnError(), "fault", fault.Error(), "frame", fault.Frame())
	}
}

// Attempted implements [loop.Observer].
func (o observer) Attempted(x *loop.Exchange, a *engine.Attempt) {
	o.metrics.Failed(a.Target, a.Reason)
	if a.Sent() {
		o.pulse.Failed(o.clock.Now(), a.Reason == engine.ReasonOverloaded)
	}
	if traced := traced(x); traced != nil {
		traced.Failed(a, o.clock.Now())
	}
	o.slog.Debug("attempt failed", "id", x.Request.ID, "target", a.Target, "model", a.Model, "status", a.Status,
		"reason", a.Reason, "code", a.Code, "retry", a.Retry, "took", a.Took) // without the target's words, which may quote the prompt
}

// Committed implements [loop.Observer].
func (o observer) Committed(x *loop.Exchange, target, model string, firstContent time.Duration) {
	o.metrics.Committed(target, model, firstContent)
	now := o.clock.Now()
	o.pulse.Committed(now, now.Sub(x.Began))
}

// Ended implements [loop.Observer].
func (o observer) Ended(x *loop.Exchange, e *trace.End) {
	if x.Beside != nil {
		x.Beside.Ended(e)
	}
	o.metrics.Ended(x.Record, x.Request.API, e, x.Targets)
	o.pulse.Ended(e)
	if x.Hold != nil {
		settle(x.Hold, e)
	}
	o.logEnd(x, e)
	if traced := traced(x); traced != nil {
		traced.Ended(e)
	}
	level := slog.LevelDebug // what went smoothly is not news
	switch {
	case e.Outcome == trace.Failed && e.Status >= 500, e.Outcome == trace.Broken:
		level = slog.LevelWarn
	case e.Outcome != trace.OK || e.Sends > 1:
		level = slog.LevelInfo
	}
	ctx := context.Background() // the log has no use for one
	if !o.slog.Enabled(ctx, level) {
		return
	}
	o.slog.Log(ctx, level, "request "+string(e.Outcome), "id", x.Request.ID, "client", x.Request.Client.Name,
		"path", x.Request.Path, "model", x.Request.Model, "status", e.Status, "target", e.Target, "attempts", e.Sends, "tried", tried(x.Record),
		"took", e.At.Sub(x.Began).Round(time.Millisecond), "message", e.Message)
}

// traced is the request's trace; nil when OpenTelemetry is off.
func traced(x *loop.Exchange) *telemetry.Request {
	request, _ := x.Trace.(*telemetry.Request)
	return request
}

// tried is the way a request went, as "claude:overloaded claude-eu:overloaded".
func tried(r *trace.Record) string {
	var way []string
	for _, s := range r.Steps() {
		for _, a := range s.Attempts {
			way = append(way, a.Target+":"+string(a.Reason))
		}
	}
	return strings.Join(way, " ")
}

// faultLog remembers which faults have been told.
type faultLog struct {
	mu   sync.Mutex
	told map[string]bool
}

const maxFaultsTold = 1000

// first says whether the fault of a revision is new.
func (l *faultLog) first(revision string, f *engine.Fault) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := revision + " " + f.Error()
	if l.told[key] {
		return false
	}
	if l.told == nil || len(l.told) >= maxFaultsTold {
		l.told = map[string]bool{}
	}
	l.told[key] = true
	return true
}
