package proxy

import (
	"encoding/json"
	"sync"

	"spillway/engine"
	"spillway/proxy/candidate"
	"spillway/proxy/config"
	"spillway/proxy/estimate"
	"spillway/proxy/loop"
	"spillway/proxy/snapshot"
	"spillway/proxy/trace"
)

// part is a request's part in a trial. Its goroutine uses it. It implements [loop.Beside].
type part struct {
	*Proxy

	trial   *snapshot.Trial
	decides bool // the candidate decides; else the live policy does
	faulted bool
	lent    []*lent
}

// takePart says which policy decides about a request, and sees to the trial that it takes part in, if it does.
func (p *Proxy) takePart(a *arrival, x *loop.Exchange) {
	name := a.policy()
	x.Policy = a.snapshot.Policies.Policy(name)
	t := a.snapshot.Trials[name]
	if t == nil {
		return
	}
	key := x.Call.Outline().Conversation
	if key == "" {
		key = a.id
	}
	takes := t.Takes(key)
	if t.Settings.Mode == config.Shadow && !takes {
		return
	}
	a.part = &part{Proxy: p, trial: t}
	if takes && t.Settings.Mode == config.Canary {
		a.part.decides, x.Policy = true, t.Policy
	}
	x.Beside = a.part
}

// Decided implements [loop.Beside].
func (p *part) Decided(x *loop.Exchange, d *engine.Decision) {
	p.faulted = p.faulted || d.Fault != nil
	if p.trial.Settings.Mode != config.Shadow {
		return
	}
	apart := x.Apart()
	in := apart.Asked()
	l := &lent{World: in.Ctx.World, x: apart, tokens: &p.loop.Estimator}
	p.lent = append(p.lent, l)
	in.Request.Content, in.Ctx.World = l, l
	p.shadows.Try(candidate.Job{Trial: p.trial.Trial, Policy: p.trial.Policy, Number: x.Decisions(), Input: in, Live: *d, Late: l.wasLate})
}

// Ended implements [loop.Beside].
func (p *part) Ended(e *trace.End) {
	if p.trial.Settings.Mode != config.Canary {
		return
	}
	counts := e.Outcome == trace.OK || e.Outcome == trace.Broken || e.Outcome == trace.Failed && e.Status >= 429
	end := candidate.Ended{Candidate: p.decides, Counts: counts, Success: e.Outcome == trace.OK, Faulted: p.faulted}
	if back := p.trial.Ended(end, p.clock.Now()); back != nil {
		p.slog.Warn("a canary was rolled back, the live policy decides alone", "policy", p.trial.Live, "candidate", p.trial.Settings.Policy, "why", back.Why)
	}
}

// end takes back what was lent of the request. It may be called on nil.
func (p *part) end() {
	if p == nil {
		return
	}
	for _, l := range p.lent {
		l.end()
	}
}

// lent is a request for a shadow, which looks at it on another goroutine and perhaps when the request is over, its memory
// another's. It implements [engine.Content] and [engine.World].
type lent struct {
	engine.World // what it says of gates and counters needs no request

	x      *loop.Exchange // apart
	tokens *estimate.Estimator

	mu         sync.Mutex
	over, late bool
}

// look calls f unless the request is over.
func (l *lent) look(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		l.late = true
		return
	}
	f()
}

func (l *lent) end() {
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
}

func (l *lent) wasLate() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.late
}

// Outline implements [engine.Content].
func (l *lent) Outline() (o engine.Outline) {
	l.look(func() { o = outlined(l.x.Call, l.tokens) })
	return o
}

// Header implements [engine.Content].
func (l *lent) Header(name string) (value string) {
	l.look(func() { value = headerIn(l.x.Header, name) })
	return value
}

// Body implements [engine.Content].
func (l *lent) Body() (body json.RawMessage) {
	l.look(func() { body = append(body, l.x.Call.Body...) })
	return body
}

// Cost implements [engine.World]: it looks at the prompt.
func (l *lent) Cost(target, model string) (dollars float64, known bool) {
	l.look(func() { dollars, known = l.World.Cost(target, model) })
	return dollars, known
}
