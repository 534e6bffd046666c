package gate

import (
	"slices"
	"strings"
	"time"

	"spillway/engine"
)

// Order says which of a target's keys, of those that may be used, a request is sent with.
type Order string

// The orders.
const (
	LeastLoaded Order = "least_loaded" // the one with the fewest requests at the target; of equals, the one unused for longest
	InOrder     Order = "in_order"     // the first
)

// Bench says that a key is left alone for a while, and why.
type Bench struct {
	// Whole benches the key for all models of the target, not only for the gate's.
	Whole bool
	// For is how long; 0 or less = until the configuration changes.
	For     time.Duration
	Reason  engine.Reason
	Message string
}

// credential is one of a target's own keys, known by its fingerprint.
type credential struct {
	name     string
	inFlight int
	sends    int
	lastSend int // the target's count of sends at its last
	refusals int // by which the target does not accept it, since it last accepted it; of any model
	proven   bool
	benches  []bench
}

// bench is a [Bench] on the gates' own scale.
type bench struct {
	model   string // "" = all
	until   instant
	reason  engine.Reason
	message string
}

// left is how long the key is benched for a model, 0 when it is not. Never ends after the longest pause, for those who ask.
func (c *credential) left(model string, now instant) (left time.Duration) {
	for i := range c.benches {
		if b := &c.benches[i]; b.model == "" || b.model == model {
			left = max(left, min(b.until-now, longestPause))
		}
	}
	return left
}

// put benches the key, and says whether it was usable before. A bench is never shortened.
func (c *credential) put(model string, b Bench, now instant) (news bool) {
	news = c.left(model, now) == 0
	until := never
	if b.For > 0 {
		until = now + b.For
	}
	c.benches = slices.DeleteFunc(c.benches, func(old bench) bool {
		return old.until <= now || old.model == model && old.until <= until
	})
	if !slices.ContainsFunc(c.benches, func(old bench) bool { return old.model == model }) {
		c.benches = append(c.benches, bench{model, until, b.Reason, b.Message})
	}
	return news
}

// keyless is how long no key of the target may be used for a model; 0 when one may, or when it has none of its own.
func (t *target) keyless(model string, now instant) (left time.Duration) {
	for i, c := range t.credentials {
		rest := c.left(model, now)
		if rest == 0 {
			return 0
		}
		if i == 0 || rest < left {
			left = rest
		}
	}
	return left
}

// choose is the key for a request to a model; nil when there is none. One that the request has tried before is chosen last.
func (t *target) choose(model string, tried []string, now instant) (best *credential) {
	for _, c := range t.credentials {
		if c.left(model, now) == 0 && (best == nil || t.better(c, best, tried)) {
			best = c
		}
	}
	return best
}

// better says whether c is to be used rather than one that stands before it.
func (t *target) better(c, best *credential, tried []string) bool {
	if a, b := slices.Contains(tried, c.name), slices.Contains(tried, best.name); a != b {
		return b
	}
	if t.order == InOrder {
		return false
	}
	return c.inFlight < best.inFlight || c.inFlight == best.inFlight && c.lastSend < best.lastSend
}

// why says which keys are benched for a model, and for what.
func (t *target) why(model string, now instant) string {
	var all []string
	for _, c := range t.credentials {
		for _, b := range c.benches {
			if (b.model == "" || b.model == model) && b.until > now {
				all = append(all, c.name+": "+string(b.reason))
				break
			}
		}
	}
	return "no key may be used (" + strings.Join(all, ", ") + ")"
}

// whyKeyless are the reasons for which keys are benched for a model, without the keys: for clients.
func (t *target) whyKeyless(model string, now instant) string {
	var reasons []string
	for _, c := range t.credentials {
		for _, b := range c.benches {
			if (b.model == "" || b.model == model) && b.until > now && !slices.Contains(reasons, string(b.reason)) {
				reasons = append(reasons, string(b.reason))
			}
		}
	}
	return strings.Join(reasons, ", ")
}

// Credentials says which keys of its own a target has, by their fingerprints, and how they are chosen. What is known of a key
// that it had before stays known.
func (g *Gates) Credentials(target string, names []string, order Order) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.targets[target] == nil && len(names) == 0 {
		return
	}
	t := g.target(target)
	old := t.credentials
	t.credentials, t.order = nil, order
	for _, name := range names {
		c := &credential{name: name}
		if i := slices.IndexFunc(old, func(c *credential) bool { return c.name == name }); i >= 0 {
			c = old[i]
		}
		t.credentials = append(t.credentials, c)
	}
	t.wake(g.now())
}

// Credential is the key to use for a request that passes no gate; "" when the target has none.
func (g *Gates) Credential(target string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	t, now := g.targets[target], g.now()
	if t == nil || len(t.credentials) == 0 {
		return ""
	}
	if c := t.choose("", nil, now); c != nil {
		return c.name
	}
	return t.credentials[0].name
}

// Forgive ends the benches of a target's keys: of one by its fingerprint, or of all if name is "". With lasting it ends only
// those that the configuration's change ends.
func (g *Gates) Forgive(target, name string, lasting bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.targets[target]
	if t == nil {
		return
	}
	for _, c := range t.credentials {
		if name == "" || name == c.name {
			c.benches = slices.DeleteFunc(c.benches, func(b bench) bool { return !lasting || b.until == never })
			c.refusals = 0
		}
	}
	t.wake(g.now())
}

// wake lets pass, at all gates of the target, those who now may, and sets the alarms anew.
func (t *target) wake(now instant) {
	for _, gt := range t.gates {
		if gt.alarm != nil {
			gt.alarm()
			gt.alarm = nil
		}
		gt.dismiss(now)
		gt.serve(now)
		gt.setAlarm(now)
	}
}
