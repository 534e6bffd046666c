package loop

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/trace"
)

// fail is the answer of a request that no target will serve. how is the policy's action; nil reads as fail last.
func (l *Loop) fail(x *Exchange, how *engine.Fail) *Answer {
	var a *Answer
	if how != nil && !how.Last {
		a = l.failAs(x, how)
	} else {
		a = l.failLast(x)
	}
	a.Sends = x.sent()
	l.end(x, trace.End{Outcome: trace.Failed, Status: a.Status, Target: a.Target, Model: a.Model, Message: string(x.lastReason())})
	return a
}

// failAs answers in the policy's own words.
func (l *Loop) failAs(x *Exchange, how *engine.Fail) *Answer {
	reason := cmp.Or(how.Reason, dialect.ReasonOf(how.Status))
	a := l.own(x, dialect.ErrorInfo{Status: how.Status, Reason: reason, Message: how.Message})
	retry := x.sent() < 2 && (how.RetryAfter > 0 || transient(reason))
	l.adviseRetry(a, retry, how.RetryAfter)
	return a
}

// failLast answers with the latest failure that a target really answered, the request's first target before others.
func (l *Loop) failLast(x *Exchange) *Answer {
	kept := x.lastAnswered()
	if kept == nil {
		return l.failUnanswered(x)
	}
	attempt := x.attempts[kept.attempt]
	a := &Answer{
		Status: kept.status, Body: kept.body, Set: kept.headers, Target: attempt.Target, Model: attempt.Model,
		Reason: attempt.Reason, Message: attempt.Message,
	}
	l.adviseRetry(a, x.sent() < 2 && transient(attempt.Reason), l.recovery(x, attempt))
	return a
}

// lastAnswered is the failure to show: the first target's latest, else the latest of all, nil when none answered.
func (x *Exchange) lastAnswered() *answered {
	var last *answered
	first := ""
	for i := range x.attempts {
		if x.attempts[i].Sent() {
			first = x.attempts[i].Target
			break
		}
	}
	for i := range x.answered {
		if kept := &x.answered[i]; last == nil || x.attempts[kept.attempt].Target == first || x.attempts[last.attempt].Target != first {
			last = kept
		}
	}
	return last
}

// hopeless is a wait for which no client stays: its SDK must not come back every minute.
const hopeless = time.Hour

// failUnanswered answers in Spillway's own words when no target has said anything.
func (l *Loop) failUnanswered(x *Exchange) *Answer {
	if len(x.attempts) == 0 {
		return l.own(x, dialect.ErrorInfo{Status: 500, Reason: engine.ReasonServer, Message: "the request ended without an attempt"})
	}
	last := x.tellingAttempt()
	info := dialect.ErrorInfo{Reason: last.Reason, Message: last.Target + ": " + last.Message}
	switch {
	case last.Reason == engine.ReasonUnfit:
		info.Status = 400
	case last.Kind == engine.KindGate:
		info.Status = dialect.GateStatus(x.Request.API)
	case last.Reason == engine.ReasonTimeout:
		info.Status, info.Message = 504, last.Target+" gave no answer in time"
	case last.Kind == engine.KindStream:
		info.Status, info.Message = 502, last.Target+" sent no usable answer"
	default: // the transport's own words would tell of addresses inside
		info.Status, info.Message = 502, last.Target+" could not be reached"
	}
	a, after := l.own(x, info), l.recovery(x, last)
	l.adviseRetry(a, x.sent() < 2 && last.Reason != engine.ReasonUnfit && after < hopeless, after)
	return a
}

// tellingAttempt is the latest attempt that says most: one that was sent, else one that a gate held, else an unfit one.
func (x *Exchange) tellingAttempt() engine.Attempt {
	rank := func(a engine.Attempt) int {
		switch {
		case a.Sent():
			return 2
		case a.Kind == engine.KindGate:
			return 1
		default:
			return 0
		}
	}
	best := x.attempts[0]
	for _, a := range x.attempts[1:] {
		if rank(a) >= rank(best) {
			best = a
		}
	}
	return best
}

// own is an error in Spillway's words and the caller's dialect.
func (l *Loop) own(x *Exchange, info dialect.ErrorInfo) *Answer {
	info.RequestID = x.Request.ID
	if info.Status == 0 {
		info.Status = dialect.Status(x.Request.API, info.Reason)
	}
	return &Answer{
		Status: info.Status, Body: dialect.ErrorBody(x.Request.API, info), Set: [][2]string{{"Content-Type", "application/json"}},
		Reason: info.Reason, Message: info.Message,
	}
}

// recovery is when the request may succeed: when the target said, or when the first gate opens.
func (l *Loop) recovery(x *Exchange, a engine.Attempt) time.Duration {
	if opens, ok := l.Gates.OpensIn(x.usable()); ok && opens > a.RetryAfter {
		return opens
	}
	return a.RetryAfter
}

// adviseRetry tells the caller's SDK what to do: it obeys x-should-retry over the status, and retry-after only between
// 1 and 60 s (PROTOCOLS: SDK retry rules).
func (l *Loop) adviseRetry(a *Answer, retry bool, after time.Duration) {
	a.Set = withoutHeaders(a.Set, "x-should-retry", "retry-after", "retry-after-ms")
	a.Set = append(a.Set, [2]string{"X-Should-Retry", strconv.FormatBool(retry)})
	if retry || after > 0 {
		seconds := int((forecast(after) + time.Second - 1) / time.Second)
		a.Set = append(a.Set, [2]string{"Retry-After", strconv.Itoa(seconds)})
	}
}

// transient says whether the same request may succeed later without anybody acting.
func transient(reason engine.Reason) bool {
	switch reason {
	case engine.ReasonOverloaded, engine.ReasonRateLimit, engine.ReasonServer, engine.ReasonConnection, engine.ReasonTimeout,
		engine.ReasonPaused, engine.ReasonQueueFull, engine.ReasonQueueTimeout, engine.ReasonBudget, engine.ReasonDeadline:
		return true
	}
	return false
}

func (x *Exchange) lastReason() engine.Reason {
	if n := len(x.attempts); n > 0 {
		return x.attempts[n-1].Reason
	}
	return ""
}

func withoutHeaders(headers [][2]string, names ...string) [][2]string {
	kept := headers[:0:0]
	for _, h := range headers {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, h[0]) }) {
			kept = append(kept, h)
		}
	}
	return kept
}
