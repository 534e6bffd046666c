package config

import (
	"net/url"
	"strings"
	"time"

	"spillway/engine"
)

// Target is a place requests can go.
type Target struct {
	// Name is unique among targets.
	Name    string
	Dialect engine.API
	// URL is the dialect's SDK base URL without a trailing slash: Anthropic's ends before /v1, OpenAI's after it.
	URL string
	// Key is the credential to send; empty when the file gives none or says `client`.
	Key Secret
	// ForwardCaller says that the caller's own credential may be sent here: the file says `key: client`, or gives no key
	// and URL is the dialect's official one.
	ForwardCaller bool
	// Explicit says that the file has a `key`, be it a credential or `client`.
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
	// Price is by resolved model name.
	Price map[string]engine.Price
	// MaxTokensField is the request field that bounds the answer of chat completions: `max_tokens`, or
	// `max_completion_tokens` as api.openai.com's newer models want it.
	MaxTokensField string
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

// callerKey is the `key` that forwards the caller's own credential.
const callerKey = "client"

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
		MaxConcurrency: 1024,
		Timeouts:       Timeouts{Connect: 5 * time.Second, FirstEvent: 2 * time.Minute, Idle: time.Minute, Total: 10 * time.Minute},
	}
	t.settle()
	return t
}

// settle fills in the defaults that follow from other keys.
func (t *Target) settle() {
	isOfficial := official(t.Dialect, t.URL)
	if !t.Explicit {
		t.ForwardCaller = isOfficial
	}
	if t.MaxTokensField == "" {
		t.MaxTokensField = fieldMaxTokens
		if t.Dialect == engine.OpenAI && isOfficial {
			t.MaxTokensField = fieldMaxCompletionTokens
		}
	}
}

func readTargets(r *report, n *node) ([]Target, bool) {
	if !r.want(n, isMapping) {
		return nil, false
	}
	if len(n.fields) == 0 {
		r.fault(n, &problem{"there is no target", "remove the key to use the official ones, or add a target"})
		return nil, false
	}
	targets := make([]Target, 0, len(n.fields))
	for _, f := range n.fields {
		if checkName(r, f.name, f.key) {
			targets = append(targets, readTarget(r, f))
		}
	}
	return targets, true
}

func readTarget(r *report, f field) Target {
	s := openSection(r, f.value)
	var dialect engine.API
	if scalar(s, "dialect", &dialect, oneOf(engine.Anthropic, engine.OpenAI)) == nil {
		s.missing(f.key, "dialect", "say `dialect: anthropic` or `dialect: openai`")
	}
	t := newTarget(f.name, dialect)
	t.MaxTokensField, t.ForwardCaller = "", false
	scalar(s, "url", &t.URL, parseURL(dialect))
	t.Explicit = read(s, "key", &t.Key, readSecret) != nil
	if t.Key.Reveal() == callerKey {
		t.Key, t.ForwardCaller = Secret{}, true
	}
	scalar(s, "fit", &t.Fit, oneOf(FitRefuse, FitTrim))
	read(s, "models", &t.Models, readAliases)
	scalar(s, "max_concurrency", &t.MaxConcurrency, parseCount)
	read(s, "windows", &t.Windows, t.readWindows)
	read(s, "timeouts", &t.Timeouts, t.readTimeouts)
	read(s, "price", &t.Price, t.readPrices)
	field := scalar(s, "max_tokens_field", &t.MaxTokensField, oneOf(fieldMaxTokens, fieldMaxCompletionTokens))
	if field != nil && dialect == engine.Anthropic {
		r.fault(field, &problem{"only a target of the openai dialect has this key", "remove it"})
	}
	s.close()
	t.settle()
	return t
}

func readAliases(r *report, n *node) (map[string]string, bool) {
	if !r.want(n, isMapping) {
		return nil, false
	}
	aliases := make(map[string]string, len(n.fields))
	for _, f := range n.fields {
		if name, ok := readText(r, f.value); ok {
			aliases[f.name] = name
		}
	}
	return aliases, true
}

func (t *Target) readTimeouts(r *report, n *node) (Timeouts, bool) {
	limits := t.Timeouts
	s := openSection(r, n)
	scalar(s, "connect", &limits.Connect, parseDuration)
	scalar(s, "first_event", &limits.FirstEvent, parseDuration)
	scalar(s, "idle", &limits.Idle, parseDuration)
	scalar(s, "total", &limits.Total, parseDuration)
	return limits, s.close()
}

// parseURL reads the base URL of a target of a dialect.
func parseURL(dialect engine.API) func(string) (string, *problem) {
	example := "write what the SDK would get as its base URL, such as " + officialURL(dialect)
	return func(text string) (string, *problem) {
		u, err := url.Parse(text)
		switch {
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
			return "", &problem{"is no http or https URL with a host", example}
		case u.User != nil:
			return "", &problem{"holds a user or a password", "give the credential as `key`"}
		case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
			return "", &problem{"has a query or a fragment, as no base URL does", example}
		}
		base := strings.TrimRight(u.String(), "/")
		if short, ok := strings.CutSuffix(base, "/v1"); ok && dialect == engine.Anthropic {
			return "", &problem{"ends in /v1, which Anthropic's SDK adds itself", "write " + short}
		}
		return base, nil
	}
}

// refuseForwarding reports the targets that would get clients' keys.
func refuseForwarding(r *report, targets *node) {
	for _, f := range targets.entries() {
		if key := f.value.child("key"); key != nil && key.text == callerKey {
			r.fault(key, &problem{
				"with `clients` the caller's credential is a client's key, which never travels on",
				"give this target a key of its own, or remove `clients`",
			})
		}
	}
}
