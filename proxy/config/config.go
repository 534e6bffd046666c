// Package config reads spillway.yaml.
//
// A file becomes a [Config] in three steps. Only what is no YAML at all ends at the first; every other fault is reported
// at once, with those of the others.
//
//	load.go     text to YAML's own tree, with the braces of ${NAME} veiled by variable.go
//	grow.go     that tree to the one of tree.go: aliases, merge keys, repeated keys and variables end here
//	section.go  that, key by key, to the structs below, with readers from scalar.go and vars.go
//
// The structs are in config.go, limits.go, target.go, client.go and candidate.go, each beside its keys and defaults.
// Faults collect in report.go, which also keeps credentials out of them.
package config

import (
	"cmp"
	"path/filepath"
	"time"

	"spillway/engine"
)

// Config is a configuration file that was found good, with every default filled in. It is never changed after [Parse],
// nor are the maps and slices in it, so it may be read from any goroutine.
type Config struct {
	// File is the path given to [Parse]; "" for [Default].
	File string
	// Listen is the host:port that serves clients.
	Listen string
	// Admin is the host:port that serves metrics, health, the dashboard and the admin API.
	Admin string
	// Policies is the folder of policies as written; "" means the embedded ones. See [Config.PoliciesDir].
	Policies string
	// Policy is the name of the policy that decides when a client has none of its own.
	Policy string
	// Vars is what policies read as ctx.vars: a JSON-like tree as [engine.Environment] wants it. Nil when absent.
	Vars map[string]any
	// Deadline bounds a request until its commit.
	Deadline time.Duration
	// Limits bound what one process takes on.
	Limits Limits
	// Candidates are the policies on trial, by the name of the policy that they may replace. Nil when absent.
	Candidates map[string]Candidate
	// Targets are in the order of the file. There is at least one.
	Targets []Target
	// Clients are in the order of the file. Empty means that anyone who reaches Listen is served.
	Clients []Client

	refs []PolicyRef
}

// PolicyRef is a place in the file that names a policy, which has to be in the policy set.
type PolicyRef struct {
	Name string
	At   engine.Position
	// Source is the line at At, for a code frame.
	Source string
}

// Default is the configuration without a file: the official targets of both dialects, the caller's own credential
// forwarded to them, and the embedded policies.
func Default() *Config {
	return &Config{
		Listen:   "127.0.0.1:5290",
		Admin:    "127.0.0.1:5291",
		Policy:   "overload",
		Deadline: 10 * time.Minute,
		Limits:   defaultLimits(),
		Targets:  []Target{newTarget("claude", engine.Anthropic), newTarget("openai", engine.OpenAI)},
		refs:     []PolicyRef{{Name: "overload"}},
	}
}

// Parse reads the text of a configuration file. file names it in faults and is what relative paths in it start from.
// env looks up a variable's value. Either the configuration or the faults, in the order of the file, are nil.
func Parse(file string, text []byte, env func(string) (string, bool)) (*Config, engine.Faults) {
	r := newReport(file, string(text))
	c := Default()
	c.File, c.refs[0] = file, r.ref(c.Policy, nil)
	if root := grow(r, string(text), env); root != nil && root.tag != tagNull {
		c.read(r, root)
	}
	if faults := r.sorted(); len(faults) > 0 {
		return nil, faults
	}
	return c, nil
}

// read takes what the file says over the defaults.
func (c *Config) read(r *report, root *node) {
	s := openSection(r, root)
	listen := scalar(s, "listen", &c.Listen, parseAddress)
	admin := scalar(s, "admin", &c.Admin, parseAddress)
	read(s, "policies", &c.Policies, readText)
	policy := read(s, "policy", &c.Policy, readText)
	read(s, "vars", &c.Vars, readVars)
	scalar(s, "deadline", &c.Deadline, parseDuration)
	read(s, "limits", &c.Limits, readLimits)
	read(s, "candidates", &c.Candidates, c.readCandidates)
	read(s, "targets", &c.Targets, readTargets)
	clients := read(s, "clients", &c.Clients, c.readClients)
	s.close()

	c.refs[0] = r.ref(c.Policy, policy)
	if p := openToAll(c.Listen, clients == nil || len(clients.items) == 0); p != nil {
		r.fault(listen, p.of(listen.raw))
	}
	if p := sameAddress(c.Listen, c.Admin); p != nil {
		n := cmp.Or(admin, listen)
		r.fault(n, p.of(n.raw))
	}
	if clients != nil && len(clients.items) > 0 {
		refuseForwarding(r, s.value("targets"))
	}
}

// With is a copy of c in which what the command line says wins. An empty argument changes nothing. policies is relative to
// the working directory.
func (c *Config) With(listen, admin, policies string) (*Config, engine.Faults) {
	var faults engine.Faults
	check := func(flag, value string, p *problem) {
		if p != nil {
			p = p.of(value)
			faults = append(faults, &engine.Fault{Message: flag + ": " + p.message, Hint: p.hint})
		}
	}
	over := *c
	if listen != "" {
		_, p := parseAddress(listen)
		check("--listen", listen, firstProblem(p, openToAll(listen, len(c.Clients) == 0)))
		over.Listen = listen
	}
	if admin != "" {
		_, p := parseAddress(admin)
		check("--admin", admin, p)
		over.Admin = admin
	}
	if p := sameAddress(over.Listen, over.Admin); p != nil {
		check("--listen", over.Listen, p)
	}
	if policies != "" {
		dir, err := filepath.Abs(policies)
		if err != nil {
			check("--policies", policies, &problem{"cannot be found: " + err.Error(), ""})
		}
		over.Policies = dir
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return &over, nil
}

// PoliciesDir is the folder of policies, with a relative one taken from the configuration file's folder; "" means the
// embedded policies.
func (c *Config) PoliciesDir() string {
	if c.Policies == "" || filepath.IsAbs(c.Policies) {
		return c.Policies
	}
	return filepath.Join(filepath.Dir(c.File), c.Policies)
}

// PolicyRefs lists every mention of a policy by name, the default policy's first.
func (c *Config) PolicyRefs() []PolicyRef { return c.refs }

// Engine is what policies may know of the configuration.
func (c *Config) Engine() (targets []engine.Target, vars map[string]any) {
	targets = make([]engine.Target, len(c.Targets))
	for i, t := range c.Targets {
		targets[i] = engine.Target{Name: t.Name, Dialect: t.Dialect, Models: t.Models, Price: t.Price}
	}
	return targets, c.Vars
}
