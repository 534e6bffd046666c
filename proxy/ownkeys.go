package proxy

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"spillway/engine"
	"spillway/proxy/gate"
	"spillway/proxy/loop"
	"spillway/proxy/snapshot"
)

// issueKeys tells the gates which keys the targets have now. A key that no target would take is tried again when the
// configuration has changed; what else is known of keys stays. old is nil at the start.
func (p *Proxy) issueKeys(old, next *snapshot.Snapshot) {
	for _, t := range next.Targets {
		p.gates.Credentials(t.Identity, t.Fingerprints(), t.KeyOrder)
		if old != nil && old.Written != next.Written {
			p.gates.Forgive(t.Identity, "", true)
		}
	}
	if old == nil {
		return
	}
	for _, t := range old.Targets {
		if !slices.ContainsFunc(next.Targets, func(n *loop.Target) bool { return n.Identity == t.Identity }) {
			p.gates.Credentials(t.Identity, nil, t.KeyOrder)
		}
	}
}

// ownKey is the target's own key for a request that passes no gate; "" when it has none.
func (p *Proxy) ownKey(t *loop.Target) string { return t.Secret(p.gates.Credential(t.Identity)) }

// benched logs that a key is left alone from now on.
func (p *Proxy) benched(t *loop.Target, key string, b gate.Bench) {
	level, until := slog.LevelWarn, any(p.clock.Now().Add(b.For).UTC().Format(time.RFC3339))
	switch {
	case b.For <= 0:
		level, until = slog.LevelError, "the configuration changes"
	case b.Reason == engine.ReasonRateLimit:
		level = slog.LevelInfo
	}
	p.slog.Log(context.Background(), level, "a key is left alone", "target", t.Name, "key", key, "reason", b.Reason, "until", until)
}

// keyView is one of a target's own keys, by its fingerprint.
type keyView struct {
	Key      string      `json:"key"`
	InFlight int         `json:"inFlight"`
	Sends    int         `json:"sends"`
	Benches  []benchView `json:"benches,omitempty"` // why it is left alone; absent when it is not
}

type benchView struct {
	Model   string        `json:"model,omitempty"` // absent: all of them
	Until   string        `json:"until,omitempty"` // absent: until the configuration changes
	Reason  engine.Reason `json:"reason"`
	Message string        `json:"message,omitempty"`
}

func (p *Proxy) keyViews(t *loop.Target) []keyView {
	views := make([]keyView, 0, len(t.Keys))
	for _, c := range p.gates.CredentialsOf(t.Identity) {
		view := keyView{Key: c.Name, InFlight: c.InFlight, Sends: c.Sends}
		for _, b := range c.Benches {
			told := benchView{Model: b.Model, Reason: b.Reason, Message: b.Message}
			if !b.Until.IsZero() {
				told.Until = stamp(b.Until)
			}
			view.Benches = append(view.Benches, told)
		}
		views = append(views, view)
	}
	return views
}
