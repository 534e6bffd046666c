package proxy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/runtime"
	"spillway/proxy/config"
	"spillway/proxy/loop"
	"spillway/proxy/target"
)

// Sources say where a snapshot comes from.
type Sources struct {
	// Config is the path of the configuration file; "" means there is none.
	Config string
	// Listen, Admin and Policies override what the file says; "" overrides nothing.
	Listen, Admin, Policies string
	// Embedded are the policies that serve when no folder is configured.
	Embedded fs.FS
}

// snapshot is what requests are pinned to: configuration, vars and policies, validated together. It is immutable.
type snapshot struct {
	config   *config.Config
	policies *policyset.Set
	targets  []*loop.Target
	revision string // hash of all three
	loaded   time.Time
}

// load reads and validates everything, and reports everything that is wrong with it.
func (s Sources) load() (*config.Config, *policyset.Set, string, engine.Faults) {
	c, text, faults := s.loadConfig()
	if len(faults) > 0 {
		return nil, nil, "", faults
	}
	root, files := "policies", s.Embedded
	if dir := c.PoliciesDir(); dir != "" {
		root, files = dir, os.DirFS(dir)
	}
	targets, vars := c.Engine()
	set, faults := policyset.Load(root, files, engine.Environment{Targets: targets, Vars: vars}, runtime.Limits{Decide: c.Limits.Decide})
	if len(faults) > 0 {
		return nil, nil, "", faults
	}
	if faults := unknownPolicies(c, set); len(faults) > 0 {
		set.Close()
		return nil, nil, "", faults
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", text, set.Revision()))
	return c, set, hex.EncodeToString(sum[:4]), nil
}

func (s Sources) loadConfig() (*config.Config, []byte, engine.Faults) {
	c, text := config.Default(), []byte(nil)
	if s.Config != "" {
		var err error
		if text, err = os.ReadFile(s.Config); err != nil {
			return nil, nil, engine.Faults{{Position: engine.Position{File: s.Config}, Message: "cannot be read: " + reason(err)}}
		}
		var faults engine.Faults
		if c, faults = config.Parse(s.Config, text, os.LookupEnv); len(faults) > 0 {
			return nil, nil, faults
		}
	}
	c, faults := c.With(s.Listen, s.Admin, s.Policies)
	return c, text, faults
}

func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// targets makes the loop's targets, keeping the connections of those that have not changed.
func (p *Proxy) targets(c *config.Config) ([]*loop.Target, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := make(map[string]*target.Target, len(c.Targets))
	made := make([]*loop.Target, 0, len(c.Targets))
	for i := range c.Targets {
		t := &c.Targets[i]
		wire := fmt.Sprintf("%s %s %s %s %s", t.Name, t.URL, t.Dialect, t.Key.Reveal(), t.Timeouts.Connect)
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
