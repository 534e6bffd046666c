package proxy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"spillway/engine"
	"spillway/engine/nearest"
	"spillway/engine/policyset"
	"spillway/engine/replay"
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
	// Bind opens the listener for a purpose, clients or admin, at a host:port; nil = [net.Listen] does. It may hand on one that
	// another process has opened.
	Bind func(purpose, address string) (net.Listener, error)
	// Embedded are the policies that serve when no folder is configured.
	Embedded fs.FS
}

// listen opens the listener for a purpose at an address, or takes it over. It may be closed more than once.
func (s Sources) listen(purpose, address string) (net.Listener, error) {
	bind := s.Bind
	if bind == nil {
		bind = func(_, address string) (net.Listener, error) { return net.Listen("tcp", address) }
	}
	l, err := bind(purpose, address)
	if err != nil {
		return nil, err
	}
	return &closeOnce{Listener: l}, nil
}

// snapshot is what requests are pinned to: configuration, vars and policies, validated together. It is immutable.
type snapshot struct {
	config   *config.Config
	policies *policyset.Set
	targets  []*loop.Target
	clients  *roster // nil when everybody is served
	admins   *roster // nil when the admin address asks for no token
	revision string  // hash of all three
	written  string  // hash of the configuration alone
	loaded   time.Time
	kept     *replay.Snapshot  // what decisions need to be replayed
	trials   map[string]*trial // by the name of the live policy
}

// admit makes the rosters. previous may be nil.
func (s *snapshot) admit(previous *snapshot) {
	var clients, admins *roster
	if previous != nil {
		clients, admins = previous.clients, previous.admins
	}
	s.clients, s.admins = clientRoster(s.config, clients), adminRoster(s.config, admins)
}

// files are what a snapshot is made of, as they are at one moment.
type files struct {
	config   *config.Config
	text     []byte // of the configuration
	root     string // of the policies, as a person would write it
	policies fs.FS
	env      engine.Environment
}

// read reads the configuration, and finds the policies.
func (s Sources) read() (*files, engine.Faults) {
	c, text, faults := s.loadConfig()
	if len(faults) > 0 {
		return nil, faults
	}
	f := &files{config: c, text: text, root: "policies", policies: s.Embedded}
	if dir := c.PoliciesDir(); dir != "" {
		f.root, f.policies = asWritten(dir), os.DirFS(dir)
	}
	f.env.Targets, f.env.Vars = c.Engine()
	return f, nil
}

// revision hashes configuration, vars and policies, and the files of keys and certificates.
func (f *files) revision(policies string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s%s", f.text, policies, f.config.FilesSum()))
	return hex.EncodeToString(sum[:4])
}

// current is the revision that load would give, without the work of loading; "" when the policies cannot be read.
func (f *files) current() string {
	policies, err := policyset.Revision(f.policies, f.env)
	if err != nil {
		return ""
	}
	return f.revision(policies)
}

// load compiles and tests the policies, asks each about a few situations that it will meet one day, and reports everything
// that is wrong with them. What previous, which may be nil, has tested is not tested again.
func (f *files) load(previous *policyset.Set) (*policyset.Set, engine.Faults) {
	set, faults := policyset.Load(previous, f.root, f.policies, f.env, runtime.Limits{Decide: f.config.Limits.Decide})
	if dir := f.config.PoliciesDir(); len(faults) == 1 && dir != "" && faults[0].File == f.root && faults[0].Hint == "" {
		faults[0].Hint = beside(f.root)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	faults = unknownPolicies(f.config, set)
	if len(faults) == 0 {
		faults = sampled(f.config, set)
	}
	if len(faults) > 0 {
		set.Close()
		return nil, faults
	}
	return set, nil
}

func (s Sources) loadConfig() (*config.Config, []byte, engine.Faults) {
	c, text := config.Default(), []byte(nil)
	if s.Config != "" {
		file := asWritten(s.Config)
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return nil, nil, engine.Faults{{Position: engine.Position{File: file}, Message: "cannot be read: " + reason(err), Hint: beside(file)}}
		}
		var faults engine.Faults
		if c, faults = config.Parse(file, text, os.LookupEnv); len(faults) > 0 {
			return nil, nil, faults
		}
	}
	c, faults := c.With(s.Listen, s.Admin, s.Policies)
	if len(faults) == 0 {
		c, faults = c.WithFiles(os.ReadFile)
	}
	return c, text, faults
}

// asWritten is a path as a person in the working directory would write it.
func asWritten(name string) string {
	here, err := os.Getwd()
	if err != nil || !filepath.IsAbs(name) {
		return name
	}
	if short, err := filepath.Rel(here, name); err == nil && filepath.IsLocal(short) {
		return filepath.ToSlash(short)
	}
	return name
}

// beside is a hint at the name in the same folder that was probably meant.
func beside(name string) string {
	entries, _ := os.ReadDir(filepath.Dir(name)) // without a folder there is nothing like it
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if near := nearest.Name(filepath.Base(name), names); near != "" && near != filepath.Base(name) {
		return "did you mean " + filepath.Join(filepath.Dir(name), near) + "?"
	}
	return ""
}

func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
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

// benched names the policies that had to be stopped too often and are not called for a while.
func (s *snapshot) benched() (names []string) {
	for _, name := range s.policies.Names() {
		if s.policies.Policy(name).Stats().Benched {
			names = append(names, name)
		}
	}
	return names
}
