package gate

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"spillway/proxy/clock"
)

// maxGates is how many gates there are before idle ones are evicted.
const maxGates = 1000

// Settings bound all gates together. Zeros mean what they say.
type Settings struct {
	// QueueRequests is how many requests may stand in line, over all gates; 0 or less = none.
	QueueRequests int
	// QueueTokens is how many input tokens those requests may have together; 0 or less = none.
	QueueTokens int
	// RetryBudget is the share of a target's recent successes, 0 to 1, that may be spent on second sends, beyond a
	// fixed floor; 0 or less = the floor alone.
	RetryBudget float64
}

// Key names a gate: a target and the model it is asked for, after aliases. Requests without a model share the gate whose
// Model is ""; everywhere but in [Gates.Enter], Model "" means the whole target.
type Key struct{ Target, Model string }

// Gates are all the gates of a process. They survive reloads. All methods are safe for concurrent use.
type Gates struct {
	clock clock.Clock
	epoch time.Time

	mu       sync.Mutex
	settings Settings
	targets  map[string]*target
	gates    map[Key]*gate
	requests int // in line, over all gates
	tokens   int // theirs
}

// instant is a moment, as the time since the Gates were made.
type instant = time.Duration

// target is what the gates of one target share.
type target struct {
	gates  []*gate // in order of birth
	pause  pause   // of the whole target
	budget budget

	credentials []*credential // its own keys, in the order of the configuration
	order       Order
	sends       int // with any of them
}

// New makes gates that wait and tell time by c.
func New(c clock.Clock, s Settings) *Gates {
	return &Gates{clock: c, epoch: c.Now(), settings: s, targets: map[string]*target{}, gates: map[Key]*gate{}}
}

// Configure replaces the settings. Requests that stand in line keep their places.
func (g *Gates) Configure(s Settings) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settings = s
}

// now does not go back behind the start, though a clock without a monotonic reading might.
func (g *Gates) now() instant { return max(0, g.clock.Now().Sub(g.epoch)) }

// gate finds a gate, or makes it.
func (g *Gates) gate(k Key) *gate {
	if gt := g.gates[k]; gt != nil {
		return gt
	}
	t := g.target(k.Target)
	gt := newGate(g, k, t)
	t.gates = append(t.gates, gt)
	g.gates[k] = gt
	if len(g.gates) > maxGates {
		g.evict(gt)
	}
	return gt
}

func (g *Gates) target(name string) *target {
	t := g.targets[name]
	if t == nil {
		t = &target{}
		g.targets[name] = t
	}
	return t
}

// evict forgets the idle gate that can best be spared, if there is one besides keep.
func (g *Gates) evict(keep *gate) {
	now := g.now()
	var spared *gate
	for _, gt := range g.gates {
		if gt != keep && gt.idle(now) && (spared == nil || gt.sparedBefore(spared)) {
			spared = gt
		}
	}
	if spared == nil {
		return
	}
	t := spared.target
	t.gates = slices.DeleteFunc(t.gates, func(gt *gate) bool { return gt == spared })
	delete(g.gates, spared.key)
	if len(t.gates) == 0 && t.pause.open() && len(t.credentials) == 0 {
		delete(g.targets, spared.key.Target)
	}
}

// sparedBefore orders gates by what would be lost with them: one that waits for its probe would be open again, and there can be no
// end of those. Others go by their last use; those used at one moment, by name.
func (gt *gate) sparedBefore(other *gate) bool {
	a, b := gt.key, other.key
	return cmp.Or(
		number(gt.pause.shut)-number(other.pause.shut),
		cmp.Compare(gt.used, other.used),
		cmp.Compare(a.Target, b.Target), cmp.Compare(a.Model, b.Model),
	) < 0
}
