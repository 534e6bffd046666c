package proxy

import (
	"fmt"

	"spillway/proxy/config"
	"spillway/proxy/loop"
	"spillway/proxy/target"
)

// connect makes the loop's targets, keeping the connections of those that have not changed.
func (p *Proxy) connect(c *config.Config) ([]*loop.Target, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := make(map[string]*target.Target, len(c.Targets))
	made := make([]*loop.Target, 0, len(c.Targets))
	for i := range c.Targets {
		t := &c.Targets[i]
		wire := fmt.Sprintf("%s %s %s %s", t.Name, t.URL, t.Dialect, t.Timeouts.Connect)
		sender := p.senders[wire]
		if sender == nil {
			var err error
			if sender, err = target.New(t); err != nil {
				return nil, fmt.Errorf("target %s: %w", t.Name, err)
			}
		}
		kept[wire] = sender
		made = append(made, &loop.Target{Target: *t, Sender: sender, Identity: t.Name + " " + t.URL})
	}
	for wire, old := range p.senders {
		if kept[wire] == nil {
			old.Close()
		}
	}
	p.senders = kept
	return made, nil
}
