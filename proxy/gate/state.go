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
	Probing   Phase = "probing"   // lets one pass, or waits for that one's result
	Releasing Phase = "releasing" // is open, and its limit still doubles towards where it was before the pause
)

// State is a gate as operators see it.
type State struct {
	Key   Key // Model is "" for a whole target, which is listed while it is closed
	Phase Phase
	// Until is when the pause ends; zero when none is running.
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

// Health is how a gate is doing; of a whole target, if k.Model is "", its worst gate. A gate nobody has used is at rest.
func (g *Gates) Health(k Key) engine.Health {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if gt := g.gates[k]; gt != nil {
		return gt.health(now)
	}
	var h engine.Health
	if t := g.targets[k.Target]; t != nil {
		h.PausedFor, h.Pauses = t.pause.left(now), t.pause.inARow
		h.Paused = h.PausedFor > 0 || t.pause.probe != nil
		if k.Model == "" {
			for _, gt := range t.gates {
				if other := gt.health(now); worse(other, h) {
					h = other
				}
			}
		}
	}
	return h
}

func (gt *gate) health(now instant) engine.Health {
	return engine.Health{
		Paused:     gt.probing() || gt.pausedFor(now) > 0,
		PausedFor:  gt.pausedFor(now),
		Pauses:     max(gt.pause.inARow, gt.target.pause.inARow),
		Overloads:  gt.overloads,
		InFlight:   gt.inFlight,
		RateLimits: gt.rateLimits,
	}
}

// worse orders gates by how little can be expected of them.
func worse(a, b engine.Health) bool {
	return cmp.Or(
		cmp.Compare(a.PausedFor, b.PausedFor),
		cmp.Compare(a.Overloads, b.Overloads),
		cmp.Compare(a.ErrorRate, b.ErrorRate),
		cmp.Compare(a.Queued, b.Queued),
	) > 0
}

// OpensIn is the time until the earliest of these gates opens, 0 if one is open; false when none is known to open.
func (g *Gates) OpensIn(keys []Key) (time.Duration, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	var earliest time.Duration
	found := false
	for _, k := range keys {
		var left time.Duration
		if t := g.targets[k.Target]; t != nil {
			left = t.pause.left(now)
		}
		if gt := g.gates[k]; gt != nil {
			left = gt.pausedFor(now)
		}
		if !found || left < earliest {
			earliest, found = left, true
		}
	}
	return earliest, found
}

// RateLimits notes what the target last said of its limits.
func (g *Gates) RateLimits(k Key, r engine.RateLimits) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gate(k).rateLimits = r
}

// States lists every gate, by target and model.
func (g *Gates) States() []State {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	states := make([]State, 0, len(g.gates))
	for _, gt := range g.gates {
		s := State{Key: gt.key, Phase: Open, Cause: gt.pause.cause, Health: gt.health(now)}
		if s.Health.PausedFor > 0 {
			s.Phase, s.Until = Paused, g.clock.Now().Add(s.Health.PausedFor)
		} else if s.Health.Paused {
			s.Phase = Probing
		}
		states = append(states, s)
	}
	slices.SortFunc(states, func(a, b State) int {
		return cmp.Or(cmp.Compare(a.Key.Target, b.Key.Target), cmp.Compare(a.Key.Model, b.Key.Model))
	})
	return states
}
