// Package config reads spillway.yaml.
//
// Package form does the reading. The structs are in config.go, limits.go, target.go, client.go, candidate.go and
// decisions.go, each beside its keys and defaults; address.go and secret.go have the values that only a configuration has.
package config

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"spillway/engine"
	"spillway/proxy/form"
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
	// TLS is for Listen and AdminTLS for Admin; nil is plain HTTP.
	TLS, AdminTLS *TLS
	// AdminKeys are the tokens that the admin address asks for; none = it does not.
	AdminKeys []Key
	// State is the folder of what outlives a restart; "" = see [Config.StateDir].
	State string
	// Policies is the folder of policies as written; "" means the embedded ones. See [Config.PoliciesDir].
	Policies string
	// Policy is the name of the policy that decides when a client has none of its own.
	Policy string
	// Vars is what policies read as ctx.vars: a JSON-like tree as [engine.Environment] wants it. Nil when absent.
	Vars map[string]any
	// ShownVars is Vars for logs: what came from the process's environment is a hash, "sha256:…".
	ShownVars map[string]any
	// Deadline bounds a request until its commit.
	Deadline time.Duration
	// Limits bound what one process takes on.
	Limits Limits
	// Telemetry says where traces and metrics go.
	Telemetry Telemetry
	// Decisions say where the decision log goes.
	Decisions Decisions
	// Candidates are the policies on trial, by the name of the policy that they may replace. Nil when absent.
	Candidates map[string]Candidate
	// Targets are in the order of the file. There is at least one.
	Targets []Target
	// Clients are in the order of the file. Empty means that anyone who reaches Listen is served.
	Clients []Client

	refs             []PolicyRef
	files            []fileRef
	filesSum         string
	state, decisions fileRef // where the configuration says so
}

// PolicyRef is a place in the file that names a policy, which has to be in the policy set.
type PolicyRef struct {
	Name string
	At   engine.Position
	// Source is the line at At, for a code frame.
	Source string
}

func refTo(r *form.Report, name string, n *form.Node) PolicyRef {
	at, source := r.At(n)
	return PolicyRef{Name: name, At: at, Source: source}
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
// env looks up a variable's value. With faults, which are in the order of the file, the configuration is what could be read of it:
// good for finding more faults, and for nothing else.
func Parse(file string, text []byte, env func(string) (string, bool)) (*Config, engine.Faults) {
	c := Default()
	c.File, c.refs[0].At.File = file, file
	return c, form.Parse(file, string(text), env, c.read)
}

// read takes what the file says over the defaults.
func (c *Config) read(r *form.Report, root *form.Node) {
	s := form.Open(r, root)
	listen := form.Scalar(s, "listen", &c.Listen, parseAddress)
	admin := form.Scalar(s, "admin", &c.Admin, parseAddress)
	form.Read(s, "tls", &c.TLS, c.readTLS)
	form.Read(s, "admin_tls", &c.AdminTLS, c.readTLS)
	form.Read(s, "admin_token", &c.AdminKeys, c.readKeys(nil))
	state := form.Read(s, "state", &c.State, form.ReadText)
	form.Read(s, "policies", &c.Policies, form.ReadText)
	policy := form.Read(s, "policy", &c.Policy, form.ReadText)
	var vars form.Tree
	form.Read(s, "vars", &vars, form.ReadVars)
	c.Vars, c.ShownVars = vars.Values, vars.Shown
	form.Scalar(s, "deadline", &c.Deadline, form.Duration)
	form.Read(s, "limits", &c.Limits, readLimits)
	form.Read(s, "telemetry", &c.Telemetry, readTelemetry)
	form.Read(s, "decisions", &c.Decisions, c.readDecisions)
	form.Read(s, "candidates", &c.Candidates, c.readCandidates)
	form.Read(s, "targets", &c.Targets, c.readTargets)
	clients := form.Read(s, "clients", &c.Clients, c.readClients)
	s.Close()

	c.refs[0], c.state = refTo(r, c.Policy, policy), placeOf(r, state)
	if p := openToAll(c.Listen, clients == nil || len(clients.Items) == 0); p != nil {
		r.Fault(listen, p.Of(listen.Raw))
	}
	if p := unguarded(c.Admin, len(c.AdminKeys) == 0 && s.Value("admin_token") == nil); p != nil {
		r.Fault(admin, p.Of(admin.Raw))
	}
	if p := sameAddress(c.Listen, c.Admin); p != nil {
		n := cmp.Or(admin, listen)
		r.Fault(n, p.Of(n.Raw))
	}
	if clients != nil && len(clients.Items) > 0 {
		refuseForwarding(r, s.Value("targets"))
	}
}

// With is a copy of c in which what the command line says wins. An empty argument changes nothing. policies is relative to
// the working directory. With faults the copy is good for finding more of them.
func (c *Config) With(listen, admin, policies string) (*Config, engine.Faults) {
	var faults engine.Faults
	check := func(flag, value string, p *form.Problem) {
		if p != nil {
			p = p.Of(value)
			faults = append(faults, &engine.Fault{Message: flag + ": " + p.Message, Hint: p.Hint})
		}
	}
	over := *c
	if listen != "" {
		_, p := parseAddress(listen)
		check("--listen", listen, form.FirstProblem(p, openToAll(listen, len(c.Clients) == 0)))
		over.Listen = listen
	}
	if admin != "" {
		_, p := parseAddress(admin)
		check("--admin", admin, form.FirstProblem(p, unguarded(admin, len(c.AdminKeys) == 0)))
		over.Admin = admin
	}
	if p := sameAddress(over.Listen, over.Admin); p != nil && listen != "" {
		check("--listen", listen, p)
	} else if p != nil {
		check("--admin", over.Admin, p)
	}
	if policies != "" {
		dir, err := filepath.Abs(policies)
		if err != nil {
			check("--policies", policies, form.Wrong("cannot be found: "+err.Error(), ""))
		}
		over.Policies = dir
	}
	return &over, faults
}

// PoliciesDir is the folder of policies, with a relative one taken from the configuration file's folder; "" means the
// embedded policies.
func (c *Config) PoliciesDir() string {
	if c.Policies == "" || filepath.IsAbs(c.Policies) {
		return c.Policies
	}
	return filepath.Join(filepath.Dir(c.File), c.Policies)
}

// StateDir is the folder of what outlives a restart: `state`, else what systemd made for it ($STATE_DIRECTORY, of env), else the
// folder of the configuration file.
func (c *Config) StateDir(env func(string) string) string {
	switch given := env("STATE_DIRECTORY"); {
	case filepath.IsAbs(c.State):
		return c.State
	case c.State == "" && given != "":
		first, _, _ := strings.Cut(given, ":")
		return first
	}
	return filepath.Join(filepath.Dir(c.File), c.State)
}

// Store is the file that keeps what clients with `limits` have spent; "" when no client has any. env is as of [Config.StateDir].
func (c *Config) Store(env func(string) string) string {
	if slices.ContainsFunc(c.Clients, func(client Client) bool { return len(client.Quotas) > 0 }) {
		return filepath.Join(c.StateDir(env), "spillway.db")
	}
	return ""
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
