package config

import (
	"net/url"
	"strings"
	"time"

	"spillway/engine"
	"spillway/proxy/form"
	"spillway/proxy/gate"
	"spillway/proxy/model"
)

// Target is a place requests can go.
type Target struct {
	// Name is unique among targets.
	Name    string
	Dialect engine.API
	// URL is the dialect's SDK base URL without a trailing slash: Anthropic's ends before /v1, OpenAI's after it.
	URL string
	// Keys are the target's own credentials, each once; none when the file gives none or says `client`.
	Keys []OwnKey
	// KeyOrder is how one of several is chosen for a request.
	KeyOrder gate.Order
	// ForwardCaller says that the caller's own credential may be sent here: the file says `key: client`, or gives no key
	// and URL is the dialect's official one.
	ForwardCaller bool
	// Explicit says that the file has a `key` or `keys`, be it credentials or `client`.
	Explicit bool
	// Fit is what becomes of a request that is too long for this target's window.
	Fit Fit
	// Models maps an alias to the name to send. It is no allow-list. See [Target.Resolve].
	Models map[string]string
	// MaxConcurrency is where the adaptive limit of each gate starts, and its most.
	MaxConcurrency int
	Timeouts       Timeouts
	// Windows is what models read and write here, by resolved model name, where the table of package model is wrong or silent.
	Windows map[string]Window
	// Price is by resolved model name, where the list prices of package model do not hold. See [Target.PriceOf].
	Price map[string]engine.Price
	// Server is what the target's software understands: the row of package model's table that `server` names, or the URL's.
	Server model.Server
}

// Timeouts bound one attempt.
type Timeouts struct {
	// Connect ends when the connection stands, TLS included.
	Connect time.Duration
	// FirstEvent ends with the first byte of the answer's content.
	FirstEvent time.Duration
	// Idle is the longest silence inside an answer.
	Idle time.Duration
	// Total bounds a whole answer; for a stream it ends at commit.
	Total time.Duration
}

// Fit says what becomes of a request that is too long for a target.
type Fit string

// The choices.
const (
	FitRefuse Fit = "refuse" // it is an unfit attempt
	FitTrim   Fit = "trim"   // its history is trimmed until it fits
)

// The request fields that bound an answer's length.
const (
	fieldMaxTokens           = "max_tokens"
	fieldMaxCompletionTokens = "max_completion_tokens"
)

// Resolve is the name to send for a model or an alias of it. Aliases are followed once.
func (t *Target) Resolve(model string) string {
	if name, ok := t.Models[model]; ok {
		return name
	}
	return model
}

// officialURL is the base URL of the dialect's own service.
func officialURL(dialect engine.API) string {
	if dialect == engine.Anthropic {
		return "https://api.anthropic.com"
	}
	return "https://api.openai.com/v1"
}

// official says whether a URL leads to the dialect's own service, to which alone an unasked caller's credential may go.
func official(dialect engine.API, base string) bool {
	is, err1 := url.Parse(base)
	want, err2 := url.Parse(officialURL(dialect))
	return err1 == nil && err2 == nil && is.Scheme == want.Scheme && strings.TrimSuffix(is.Host, ":443") == want.Host
}

// newTarget is a target with the defaults of its dialect.
func newTarget(name string, dialect engine.API) Target {
	t := Target{
		Name:           name,
		Dialect:        dialect,
		URL:            officialURL(dialect),
		Fit:            FitRefuse,
		KeyOrder:       gate.LeastLoaded,
		MaxConcurrency: 1024,
		Timeouts:       Timeouts{Connect: 5 * time.Second, FirstEvent: 2 * time.Minute, Idle: time.Minute, Total: 10 * time.Minute},
	}
	t.settle()
	return t
}

// settle fills in the defaults that follow from other keys.
func (t *Target) settle() {
	if !t.Explicit {
		t.ForwardCaller = official(t.Dialect, t.URL)
	}
	if t.Server.Name == "" {
		t.Server = model.FindServer("", t.URL)
	}
}

func (c *Config) readTargets(r *form.Report, n *form.Node) ([]Target, bool) {
	if !r.Want(n, form.IsMapping) {
		return nil, false
	}
	if len(n.Fields) == 0 {
		r.Fault(n, form.Wrong("there is no target", "remove the key to use the official ones, or add a target"))
		return nil, false
	}
	targets := make([]Target, 0, len(n.Fields))
	for _, f := range n.Fields {
		if form.CheckName(r, f.Name, f.Key) {
			targets = append(targets, c.readTarget(r, f))
		}
	}
	return targets, true
}

func (c *Config) readTarget(r *form.Report, f form.Field) Target {
	s := form.Open(r, f.Value)
	t := openTarget(f, s)
	form.Scalar(s, "url", &t.URL, parseURL(t.Dialect))
	c.readOwnKeys(r, s, &t)
	t.readMeans(s)
	t.readServer(r, s)
	s.Close()
	t.settle()
	return t
}

// openTarget begins to read a target: its dialect has the defaults of the other keys.
func openTarget(f form.Field, s *form.Section) Target {
	var dialect engine.API
	if form.Scalar(s, "dialect", &dialect, form.OneOf(engine.Anthropic, engine.OpenAI)) == nil {
		s.Missing(f.Key, "dialect", "say `dialect: anthropic` or `dialect: openai`")
	}
	t := newTarget(f.Name, dialect)
	t.ForwardCaller = false
	return t
}

// readMeans reads what a target can do and may take.
func (t *Target) readMeans(s *form.Section) {
	form.Scalar(s, "fit", &t.Fit, form.OneOf(FitRefuse, FitTrim))
	form.Read(s, "models", &t.Models, readAliases)
	form.Scalar(s, "max_concurrency", &t.MaxConcurrency, form.Count)
	form.Read(s, "windows", &t.Windows, t.readWindows)
	form.Read(s, "timeouts", &t.Timeouts, t.readTimeouts)
	form.Read(s, "price", &t.Price, t.readPrices)
}

// ReadSimulated reads a simulated target from s, the section of f: the keys of a real one but for where it is and what opens
// it, which is a credential of its own. The caller closes s.
func ReadSimulated(f form.Field, s *form.Section) Target {
	t := openTarget(f, s)
	t.Keys = []OwnKey{NewOwnKey("of-a-simulated-target")}
	t.readMeans(s)
	return t
}

func readAliases(r *form.Report, n *form.Node) (map[string]string, bool) {
	if !r.Want(n, form.IsMapping) {
		return nil, false
	}
	aliases := make(map[string]string, len(n.Fields))
	for _, f := range n.Fields {
		if name, ok := form.ReadText(r, f.Value); ok {
			aliases[f.Name] = name
		}
	}
	return aliases, true
}

func (t *Target) readTimeouts(r *form.Report, n *form.Node) (Timeouts, bool) {
	limits := t.Timeouts
	s := form.Open(r, n)
	form.Scalar(s, "connect", &limits.Connect, form.Duration)
	form.Scalar(s, "first_event", &limits.FirstEvent, form.Duration)
	form.Scalar(s, "idle", &limits.Idle, form.Duration)
	form.Scalar(s, "total", &limits.Total, form.Duration)
	return limits, s.Close()
}

// parseURL reads the base URL of a target of a dialect.
func parseURL(dialect engine.API) func(string) (string, *form.Problem) {
	example := "write what the SDK would get as its base URL, such as " + officialURL(dialect)
	return func(text string) (string, *form.Problem) {
		u, err := url.Parse(text)
		switch {
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
			return "", form.Wrong("is no http or https URL with a host", example)
		case u.User != nil:
			return "", form.Wrong("holds a user or a password", "give the credential as `key`")
		case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
			return "", form.Wrong("has a query or a fragment, as no base URL does", example)
		}
		base := strings.TrimRight(u.String(), "/")
		if short, ok := strings.CutSuffix(base, "/v1"); ok && dialect == engine.Anthropic {
			return "", form.Wrong("ends in /v1, which Anthropic's SDK adds itself", "write "+short)
		}
		return base, nil
	}
}

// refuseForwarding reports the targets that would get clients' keys.
func refuseForwarding(r *form.Report, targets *form.Node) {
	for _, f := range targets.Entries() {
		if key := f.Value.Child("key"); key != nil && key.Text == callerKey {
			r.Fault(key, form.Wrong(
				"with `clients` the caller's credential is a client's key, which never travels on",
				"give this target a key of its own, or remove `clients`",
			))
		}
	}
}
