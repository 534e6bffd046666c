package gate

import (
	"slices"
	"time"

	"spillway/engine"
)

// Key is the fingerprint of the key that the request is to be sent with; "" when the target has none of its own.
func (p *Permit) Key() string {
	if p.credential == nil {
		return ""
	}
	return p.credential.name
}

// Bench tells, before [Permit.Fail], that the key of this request is to be left alone. news says that it was in use until now.
// When no other key may be used the gate is closed until one may: to all who come, and then it releases them gradually.
func (p *Permit) Bench(b Bench) (news bool) {
	gt := p.gate
	gt.gates.mu.Lock()
	defer gt.gates.mu.Unlock()
	if p.credential == nil {
		return false
	}
	now, model := gt.gates.now(), gt.key.Model
	if b.Whole {
		model = ""
	}
	news = p.credential.put(model, b, now)
	for _, other := range gt.target.gates {
		if news && (b.Whole || other == gt) && gt.target.keyless(other.key.Model, now) > 0 {
			other.restart(now)
			other.dismiss(now)
		}
	}
	return news
}

// Refused tells, before [Permit.Fail], that the target does not accept the key of this request. It gives how often that was so
// since the key was last accepted, for any model, and whether it ever was.
func (p *Permit) Refused() (inARow int, proven bool) {
	p.gate.gates.mu.Lock()
	defer p.gate.gates.mu.Unlock()
	if p.credential == nil {
		return 0, false
	}
	p.credential.refusals++
	return p.credential.refusals, p.credential.proven
}

// OtherKey says whether the target has a key that may be used for the model now, beside this request's and those that it has
// tried.
func (p *Permit) OtherKey(tried []string) bool {
	gt := p.gate
	gt.gates.mu.Lock()
	defer gt.gates.mu.Unlock()
	now := gt.gates.now()
	return slices.ContainsFunc(gt.target.credentials, func(c *credential) bool {
		return c != p.credential && !slices.Contains(tried, c.name) && c.left(gt.key.Model, now) == 0
	})
}

// Credential is a target's key as operators see it.
type Credential struct {
	// Name is its fingerprint.
	Name string
	// InFlight is how many requests are at the target with it, and Sends how many were sent with it so far.
	InFlight, Sends int
	// Benches are why it is left alone, if it is.
	Benches []Benched
}

// Benched is why a key is left alone.
type Benched struct {
	// Model is the one for which it is; "" = all.
	Model string
	// Until is when that ends; zero when the configuration's change ends it.
	Until   time.Time
	Reason  engine.Reason
	Message string
}

// CredentialsOf lists the keys of a target, in the order of the configuration.
func (g *Gates) CredentialsOf(target string) []Credential {
	g.mu.Lock()
	defer g.mu.Unlock()
	t, now, wall := g.targets[target], g.now(), g.clock.Now()
	if t == nil {
		return nil
	}
	list := make([]Credential, len(t.credentials))
	for i, c := range t.credentials {
		list[i] = Credential{Name: c.name, InFlight: c.inFlight, Sends: c.sends}
		for _, b := range c.benches {
			if b.until <= now {
				continue
			}
			told := Benched{Model: b.model, Reason: b.reason, Message: b.message}
			if b.until != never {
				told.Until = wall.Add(b.until - now)
			}
			list[i].Benches = append(list[i].Benches, told)
		}
	}
	return list
}
