package gate

import (
	"cmp"
	"slices"
	"time"

	"spillway/engine"
)

// Phase is what a gate does with a request.
type Phase string

// The phases.
const (
	Open      Phase = "open"      // lets requests pass, up to its limit
	Paused    Phase = "paused"    // lets none pass until the pause ends
	Probing   Phase = "probing"   // waits for a probe: to come, or for its result
	Releasing Phase = "releasing" // is open, and its limit still doubles towards where it was
)

// State is a gate as operators see it.
type State struct {
	Key Key
	// Whole marks the state of a whole target, which is listed while a pause of it lasts, or no key of it may be used.
	Whole bool
	Phase Phase
	// Until is when the pause ends; zero when none is running, or only the configuration's change can end it.
	Until time.Time
	// Cause is why the gate was closed; zero when it is open.
	Cause Cause
	// Health is what policies see.
	Health engine.Health
	// QueuedTokens is the input of the requests in line.
	QueuedTokens int
	// RetriesLeft is how many second sends the target's retry budget allows now.
	RetriesLeft int
}

// Health is how a gate is doing; of a whole target, if k.Model is "", its worst gate. A gate that does not exist is at
// rest, as is a target without gates: only a pause of the whole target shows.
func (g *Gates) Health(k Key) engine.Health {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	t, gt := g.targets[k.Target], g.gates[k]
	switch {
	case t == nil:
		return engine.Health{Limit: defaultConcurrency}
	case k.Model == "" && len(t.gates) > 0:
		return t.health(now)
	case gt != nil:
		return gt.health(now)
	default:
		return t.rest(k.Model, now)
	}
}

// health is that of the target's worst gate. The target must have gates.
func (t *target) health(now instant) engine.Health {
	worst := t.gates[0].health(now)
	for _, gt := range t.gates[1:] {
		if h := gt.health(now); worse(h, worst) {
			worst = h
		}
	}
	return worst
}

// rest is the health of a gate that nobody has used yet.
func (t *target) rest(model string, now instant) engine.Health {
	left := max(t.pause.left(now), t.keyless(model, now))
	return engine.Health{
		Paused: left > 0 || t.pause.probe != nil, PausedFor: left, Pauses: t.pause.inARow, Limit: defaultConcurrency,
	}
}

func (gt *gate) health(now instant) engine.Health {
	p50, p95 := gt.window.percentiles(now)
	return engine.Health{
		Paused:     gt.closed(now),
		PausedFor:  gt.pausedFor(now),
		Pauses:     max(gt.pause.inARow, gt.target.pause.inARow),
		Overloads:  gt.overloads,
		ErrorRate:  gt.window.errorRate(now),
		InFlight:   gt.inFlight,
		Limit:      gt.room(),
		Queued:     gt.line.requests,
		Mismatches: gt.mismatches,
		P50:        p50,
		P95:        p95,
		RateLimits: gt.rateLimits,
	}
}

// worse says whether less can be expected of a than of b.
func worse(a, b engine.Health) bool {
	return cmp.Or(
		number(a.Paused)-number(b.Paused),
		cmp.Compare(a.PausedFor, b.PausedFor),
		cmp.Compare(a.Overloads, b.Overloads),
		cmp.Compare(a.ErrorRate, b.ErrorRate),
		cmp.Compare(a.Queued, b.Queued),
	) > 0
}

// number is 0 or 1, so that false comes before true.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// OpensIn forecasts when the earliest of these gates opens: 0 if one is open, however full. A probe that is out is
// expected back within a second. It is false without keys.
func (g *Gates) OpensIn(keys []Key) (time.Duration, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	earliest := longestPause
	for _, k := range keys {
		earliest = min(earliest, g.opensIn(k, now))
	}
	return earliest, len(keys) > 0
}

func (g *Gates) opensIn(k Key, now instant) time.Duration {
	if gt := g.gates[k]; gt != nil {
		return gt.opensIn(now)
	}
	if t := g.targets[k.Target]; t != nil {
		return (&gate{key: k, target: t}).opensIn(now)
	}
	return 0
}

// limitsLast is how long noted rate limits serve: reading an answer's headers for them costs more than a decision.
const limitsLast = time.Second

// RateLimits notes what the target says of its limits, as read tells, unless that was noted within the last second.
// A gate that does not exist notes nothing. read must not call back into g.
func (g *Gates) RateLimits(k Key, read func() engine.RateLimits) {
	g.mu.Lock()
	defer g.mu.Unlock()
	gt, now := g.gates[k], g.now()
	if gt != nil && (gt.limitsRead == 0 || now-gt.limitsRead >= limitsLast) {
		gt.rateLimits, gt.limitsRead = read(), max(1, now)
	}
}

// Mismatch notes that an answer was not as it was asked for. A gate that does not exist notes nothing.
func (g *Gates) Mismatch(k Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if gt := g.gates[k]; gt != nil {
		gt.mismatches++
	}
}

// States lists every gate and every closed target, by target and model, a whole target before its gates.
func (g *Gates) States() []State {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	states := make([]State, 0, len(g.gates))
	for name, t := range g.targets {
		if !t.pause.open() || t.keyless("", now) > 0 {
			states = append(states, t.state(Key{Target: name}, now))
		}
		for _, gt := range t.gates {
			states = append(states, gt.state(now))
		}
	}
	wall := g.clock.Now()
	for i := range states {
		s := &states[i]
		if s.Phase == Paused && (s.Health.PausedFor < longestPause || !s.Cause.Keys) {
			s.Until = wall.Add(s.Health.PausedFor)
		}
		s.RetriesLeft = g.targets[s.Key.Target].budget.left(now, g.settings.RetryBudget)
	}
	slices.SortFunc(states, func(a, b State) int {
		return cmp.Or(cmp.Compare(a.Key.Target, b.Key.Target), cmp.Compare(a.Key.Model, b.Key.Model), number(b.Whole)-number(a.Whole))
	})
	return states
}

func (gt *gate) state(now instant) State {
	s := State{Key: gt.key, Phase: Open, Cause: gt.pause.cause, Health: gt.health(now), QueuedTokens: gt.line.tokens}
	if gt.pause.left(now) < gt.target.pause.left(now) || gt.pause.open() {
		s.Cause = gt.target.pause.cause
	}
	if left := gt.target.keyless(gt.key.Model, now); left > 0 && left == s.Health.PausedFor {
		s.Cause = Cause{Keys: true, Because: gt.target.why(gt.key.Model, now)}
	}
	switch {
	case s.Health.PausedFor > 0:
		s.Phase = Paused
	case !gt.pause.open() || !gt.target.pause.open():
		s.Phase = Probing
	case gt.limit.releasing():
		s.Phase = Releasing
	}
	return s
}

// state is that of the whole target's own pause.
func (t *target) state(k Key, now instant) State {
	s := State{Key: k, Whole: true, Phase: Probing, Cause: t.pause.cause, Health: t.rest("", now)}
	if t.pause.left(now) < s.Health.PausedFor {
		s.Cause = Cause{Keys: true, Because: t.why("", now)}
	}
	if s.Health.PausedFor > 0 {
		s.Phase = Paused
	}
	for _, gt := range t.gates {
		s.Health.InFlight += gt.inFlight
		s.Health.Queued += gt.line.requests
		s.QueuedTokens += gt.line.tokens
	}
	return s
}
