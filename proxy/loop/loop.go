package loop

import (
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/dialect"
	"spillway/proxy/estimate"
	"spillway/proxy/gate"
	"spillway/proxy/trace"
	"spillway/proxy/translate"
)

// The hard limits of one request, which no policy can move.
const (
	maxSends     = 8
	maxDecisions = 32
	maxDeadlines = 2 // waits that do not fit into the time left: the second ends the request
)

// Loop serves requests. It is safe for concurrent use.
type Loop struct {
	Clock    clock.Clock
	Gates    *gate.Gates
	Counters *Counters
	// Estimator knows how long prompts are. It learns from answers.
	Estimator estimate.Estimator
	// Signatures knows thinking that its own model alone takes back.
	Signatures translate.Signatures
	// Trims knows which conversations have thinking that is bound to how they were trimmed.
	Trims Trims
	// Observe is told of every attempt and every end, for metrics and logs. It must not block.
	Observe Observer
	// Benched is told of a key that is left alone from now on; nil = nobody is. It must not block.
	Benched func(target *Target, key string, b gate.Bench)
	// Seed begins each decision's randomness; nil = at random. A simulation gives its own, to come to the same result again.
	Seed func() uint64
}

// Observer is told what happens to requests. Implementations are safe for concurrent use and must not block.
type Observer interface {
	Decided(x *Exchange, d *engine.Decision)
	Attempted(x *Exchange, a *engine.Attempt)
	Committed(x *Exchange, target, model string, firstContent time.Duration)
	Ended(x *Exchange, e *trace.End)
}

// Run decides and attempts until there is an answer. It returns when the answer is committed; a streamed one goes on
// in [Answer.Relay], which must be closed.
func (l *Loop) Run(x *Exchange) *Answer {
	for x.decisions < maxDecisions && x.deadlines < maxDeadlines {
		decision := l.decide(x)
		if x.Gone.Fired() {
			return l.gone(x)
		}
		l.effects(x, &decision)
		if decision.Action.Fail != nil || x.sendsLeft() <= 0 {
			return l.fail(x, decision.Action.Fail)
		}
		answer, failures := l.attempt(x, &decision)
		if x.Gone.Fired() && answer == nil {
			return l.gone(x)
		}
		for _, f := range failures {
			l.failed(x, f)
		}
		if answer != nil {
			if answer.whole != nil {
				answer.whole.ended(answer.end)
			}
			return answer
		}
	}
	return l.fail(x, nil)
}

// sendsLeft is how many more sends the request may make. An SDK that is trying again multiplies them, so each of its own
// tries halves ours.
func (x *Exchange) sendsLeft() int {
	return max(2, maxSends>>min(x.Request.SDK.RetryCount, 8)) - x.sent()
}

// failed appends an attempt.
func (l *Loop) failed(x *Exchange, f *failed) {
	if f.Reason == engine.ReasonDeadline {
		x.deadlines++
	}
	if f.answer != nil {
		f.answer.attempt = len(x.attempts)
		x.answered = append(x.answered, *f.answer)
	}
	if f.ofKey {
		x.triedKeys = append(x.triedKeys, f.Key)
	}
	x.attempts = append(x.attempts, f.Attempt)
	x.Record.Attempted(f.Attempt)
	l.Observe.Attempted(x, &f.Attempt)
}

// failed is an attempt with what the proxy alone needs to know of it.
type failed struct {
	engine.Attempt
	answer *answered // nil when no target answered
	ofKey  bool      // it is about the target's own key
}

// stopping is what a client hears whose request did not finish before Spillway had to stop.
const stopping = "Spillway is stopping, and the request did not finish in time"

// gone ends a request whose client has left, or is cut.
func (l *Loop) gone(x *Exchange) *Answer {
	if x.Cut() {
		a := l.own(x, dialect.ErrorInfo{Status: 503, Reason: engine.ReasonServer, Message: stopping})
		l.adviseRetry(a, x.sent() < 2, 0)
		l.end(x, trace.End{Outcome: trace.Failed, Status: a.Status, Message: "cut"})
		return a
	}
	l.end(x, trace.End{Outcome: trace.Gone, Message: "the client hung up"})
	return &Answer{Gone: true}
}

func (l *Loop) end(x *Exchange, e trace.End) {
	e.At = l.Clock.Now()
	e.Sends = x.sent()
	if x.Record.Finish(e) {
		l.Observe.Ended(x, &e)
	}
}

func (l *Loop) timeLeft(x *Exchange) time.Duration { return x.Deadline.Sub(l.Clock.Now()) }
