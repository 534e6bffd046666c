package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"spillway/engine"
	"spillway/proxy/config"
	"spillway/proxy/gate"
	"spillway/proxy/model"
)

var ignoreRefs = cmpopts.IgnoreUnexported(config.Config{})

// equalSecrets compares secrets by value; their text is always the same.
var equalSecrets = cmp.Comparer(func(a, b config.Secret) bool { return a == b })

func parse(t *testing.T, text, env string) *config.Config {
	t.Helper()
	c, faults := config.Parse("etc/spillway.yaml", []byte(text), environment([]byte(env)))
	if faults != nil {
		t.Fatalf("faults:\n%v", faults)
	}
	return c
}

// everyKey is a file that uses every key.
const everyKey = `
listen: 127.0.0.1:5290          # a comment
admin: 127.0.0.1:5291
policies: ./policies
policy: overload
vars: { ladder: [claude-opus-5-5, claude-sonnet-5-5], token: "${ANTHROPIC_API_KEY}-secret" }
decisions: { file: ./decisions.jsonl, max_size: 50MB, keep: 3 }
deadline: 10m
limits: { body: 32MB, queue: 10000, queue_tokens: 200M, retry_budget: 20%, decide: 20ms, early_headers: 10s }
candidates: { overload: { candidate: next, canary: 2.5%, rollback: { errors: 2%, success: 3%, window: 5m, requests: 20 } }, batch: { candidate: next, shadow: 100% } }
targets:
  claude:
    dialect: anthropic
    url: https://api.anthropic.com
    key: ${ANTHROPIC_API_KEY}
    fit: refuse
    models: { opus: claude-opus-5-5 }
    max_concurrency: 64
    timeouts: { connect: 5s, first_event: 120s, idle: 60s, total: 10m }
    windows: { claude-opus-5-5: { context: 500000, output: 64000 } }
    price: { claude-opus-5-5: { input: 5, output: 25 }, other: { input: 5, output: 25, cache_read: 0, cache_write: 7.5 } }
    betas: [context-1m-2025-08-07]
  other:
    dialect: openai
    url: http://localhost:11434/v1/
    fit: trim
    server: ollama
    max_tokens_field: max_completion_tokens
    tool_choice: true
    image_urls: false
    keys: [one-key, another-key, { file: other.key }]
    key_order: in_order
    count_tokens: false
    reasoning_content: true
clients:
  - name: batch
    keys: ["${BATCH_KEY}", "sha256:5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5", { file: batch.key }]
    policy: batch
    priority: low
    forbid: [translate]
    max_wait: 10m
    limits: { requests: 60/minute, tokens: [200k/minute, 2M/day], dollars: 1.50/month }
admin_token: ${ADMIN_TOKEN}
tls: { cert: tls/cert.pem, key: /tls/key.pem }
admin_tls: { cert: admin.pem, key: admin.pem }
state: /var/lib/spillway
`

func TestParseEveryKey(t *testing.T) {
	got := parse(t, everyKey, "ANTHROPIC_API_KEY=sk-ant\nBATCH_KEY=abc\nADMIN_TOKEN=admin")
	timeouts := config.Timeouts{Connect: 5 * time.Second, FirstEvent: 2 * time.Minute, Idle: time.Minute, Total: 10 * time.Minute}
	ollama := model.FindServer("ollama", "")
	ollama.MaxTokensField, ollama.NoToolChoice, ollama.ReasoningBack = "max_completion_tokens", false, true
	claude := model.FindServer("anthropic", "")
	claude.Betas = []string{"context-1m-2025-08-07"}
	want := &config.Config{
		File: "etc/spillway.yaml", Listen: "127.0.0.1:5290", Admin: "127.0.0.1:5291", Policies: "./policies", Policy: "overload",
		Vars:      map[string]any{"ladder": []any{"claude-opus-5-5", "claude-sonnet-5-5"}, "token": "sk-ant-secret"},
		ShownVars: map[string]any{"ladder": []any{"claude-opus-5-5", "claude-sonnet-5-5"}, "token": "sha256:3fee3f0a4fb78438e09545333fb35d2d30a0b9c63baee4c6276b96462a1ec4c2"},
		Decisions: config.Decisions{File: "./decisions.jsonl", MaxSize: 50e6, Keep: 3},
		Deadline:  10 * time.Minute,
		Limits: config.Limits{
			Body: 32e6, Queue: 10e3, QueueTokens: 200e6, RetryBudget: 0.2, Decide: 20 * time.Millisecond, EarlyHeaders: 10 * time.Second,
		},
		Candidates: map[string]config.Candidate{
			"overload": {Policy: "next", Mode: config.Canary, Share: 0.025, Rollback: config.Rollback{
				Errors: 0.02, Success: 0.03, Window: 5 * time.Minute, Requests: 20,
			}},
			"batch": {Policy: "next", Mode: config.Shadow, Share: 1, Rollback: config.Rollback{
				Errors: 0.01, Success: 0.05, Window: 10 * time.Minute, Requests: 50,
			}},
		},
		Targets: []config.Target{{
			Name: "claude", Dialect: engine.Anthropic, URL: "https://api.anthropic.com", Keys: []config.OwnKey{config.NewOwnKey("sk-ant")}, KeyOrder: gate.LeastLoaded, Explicit: true,
			Fit: config.FitRefuse, Models: map[string]string{"opus": "claude-opus-5-5"}, MaxConcurrency: 64, Timeouts: timeouts,
			Price: map[string]engine.Price{
				"claude-opus-5-5": {Input: 5, Output: 25, CacheRead: .25, CacheWrite: 6.25},
				"other":           {Input: 5, Output: 25, CacheWrite: 7.5},
			}, Server: claude,
			Windows: map[string]config.Window{"claude-opus-5-5": {Context: 500_000, Output: 64_000}},
		}, {
			Name: "other", Dialect: engine.OpenAI, URL: "http://localhost:11434/v1", Explicit: true,
			Keys: []config.OwnKey{config.NewOwnKey("one-key"), config.NewOwnKey("another-key"), {File: "etc/other.key"}}, KeyOrder: gate.InOrder,
			Fit: config.FitTrim, MaxConcurrency: 1024, Timeouts: timeouts, Server: ollama,
		}},
		Clients: []config.Client{{
			Name: "batch", Keys: []config.Key{{Sum: config.SumOf("abc")}, {Sum: config.SumOf("12345")}, {File: "etc/batch.key"}}, Policy: "batch", Priority: engine.Low,
			Forbid: []config.Floor{config.FloorTranslate}, MaxWait: 10 * time.Minute, Quotas: []config.Quota{
				{Measure: config.Requests, Period: config.Minute, Most: 60},
				{Measure: config.Tokens, Period: config.Minute, Most: 200e3}, {Measure: config.Tokens, Period: config.Day, Most: 2e6},
				{Measure: config.Dollars, Period: config.Month, Most: 1.5},
			},
		}},
		AdminKeys: []config.Key{{Sum: config.SumOf("admin")}},
		TLS:       &config.TLS{Cert: "etc/tls/cert.pem", Key: "/tls/key.pem"}, AdminTLS: &config.TLS{Cert: "etc/admin.pem", Key: "etc/admin.pem"},
		State: "/var/lib/spillway",
	}
	if diff := cmp.Diff(want, got, ignoreRefs, equalSecrets); diff != "" {
		t.Error(diff)
	}
}

// TestReadmeExample parses the configuration that the README shows.
func TestReadmeExample(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(readme), "```yaml\n")
	example, _, _ := strings.Cut(after, "```")
	if !found {
		t.Fatal("the README shows no configuration")
	}
	if c := parse(t, example, "ANTHROPIC_API_KEY=a\nEU_KEY=b\nEU_SPARE_KEY=d\nBATCH_KEY=c"); len(c.Targets) == 0 {
		t.Errorf("got %+v", c)
	}
}

// TestParseNothing wants the defaults from every way to say nothing.
func TestParseNothing(t *testing.T) {
	for _, text := range []string{"", "# only a comment\n", "---\n", "{}"} {
		got, want := parse(t, text, ""), config.Default()
		want.File = "etc/spillway.yaml"
		if diff := cmp.Diff(want, got, ignoreRefs, equalSecrets); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func TestPolicyRefs(t *testing.T) {
	c := parse(t, everyKey, "ANTHROPIC_API_KEY=sk-ant\nBATCH_KEY=abc\nADMIN_TOKEN=admin")
	var got []string
	for _, ref := range c.PolicyRefs() {
		got = append(got, ref.At.String()+" "+ref.Name)
	}
	want := []string{
		"etc/spillway.yaml:5:9 overload", "etc/spillway.yaml:10:15 overload", "etc/spillway.yaml:10:38 next",
		"etc/spillway.yaml:10:125 batch", "etc/spillway.yaml:10:145 next", "etc/spillway.yaml:38:13 batch",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if refs := parse(t, "", "").PolicyRefs(); len(refs) != 1 || refs[0].Name != "overload" || refs[0].At.File == "" {
		t.Errorf("without a policy: %v", refs)
	}
}

func TestPoliciesDir(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"policies: ./policies":     "etc/policies",
		"policies: ../other":       "other",
		"policies: /srv/policies/": "/srv/policies/",
	} {
		if got := parse(t, text, "").PoliciesDir(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestEngine(t *testing.T) {
	targets, vars := parse(t, everyKey, "ANTHROPIC_API_KEY=sk-ant\nBATCH_KEY=abc\nADMIN_TOKEN=admin").Engine()
	want := []engine.Target{{
		Name: "claude", Dialect: engine.Anthropic, Models: map[string]string{"opus": "claude-opus-5-5"},
		Price: map[string]engine.Price{
			"claude-opus-5-5": {Input: 5, Output: 25, CacheRead: .25, CacheWrite: 6.25},
			"other":           {Input: 5, Output: 25, CacheWrite: 7.5},
		},
	}, {Name: "other", Dialect: engine.OpenAI}}
	if diff := cmp.Diff(want, targets); diff != "" {
		t.Error(diff)
	}
	if vars["ladder"] == nil {
		t.Errorf("vars: %v", vars)
	}
}

// TestCredential holds the rule that an unasked caller's credential goes only to the dialect's own service.
func TestCredential(t *testing.T) {
	type credential struct {
		Key               string
		Forward, Explicit bool
	}
	for target, want := range map[string]credential{
		"dialect: anthropic": {Forward: true},
		"dialect: openai":    {Forward: true},
		"dialect: openai, url: https://api.openai.com:443/v1":         {Forward: true},
		"dialect: openai, url: http://api.openai.com/v1":              {},
		"dialect: openai, url: https://api.openai.com.example.com":    {},
		"dialect: openai, url: https://api.anthropic.com":             {},
		"dialect: anthropic, url: http://127.0.0.1:11434":             {},
		"dialect: anthropic, url: http://127.0.0.1:1, key: client":    {Forward: true, Explicit: true},
		"dialect: anthropic, key: client":                             {Forward: true, Explicit: true},
		"dialect: anthropic, key: abc":                                {Key: "abc", Explicit: true},
		"dialect: anthropic, url: http://127.0.0.1:1, key: ${CLIENT}": {Key: "x", Explicit: true},
	} {
		got := parse(t, "targets: { a: { "+target+" } }", "CLIENT=x").Targets[0]
		key := ""
		if got.HasKey() {
			key = got.Keys[0].Reveal()
		}
		if diff := cmp.Diff(want, credential{key, got.ForwardCaller, got.Explicit}); diff != "" {
			t.Errorf("%s: %s", target, diff)
		}
	}
}

// TestNoClients wants an empty list of clients to be none: the caller's credential is no client's key.
func TestNoClients(t *testing.T) {
	if c := parse(t, "targets: { a: { dialect: openai, key: client } }\nclients: []", ""); !c.Targets[0].ForwardCaller {
		t.Errorf("got %+v", c.Targets)
	}
}

func TestMaxTokensField(t *testing.T) {
	for target, want := range map[string]string{
		"dialect: anthropic": "max_tokens",
		"dialect: openai":    "max_completion_tokens",
		"dialect: openai, url: http://127.0.0.1:11434/v1":     "max_tokens",
		"dialect: openai, max_tokens_field: max_tokens":       "max_tokens",
		"dialect: openai, url: https://api.openai.com/other/": "max_completion_tokens",
	} {
		if got := parse(t, "targets: { a: { "+target+" } }", "").Targets[0].Server.MaxTokensField; got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

func TestTargetsKeepTheirOrder(t *testing.T) {
	c := parse(t, "targets: { z: &t { dialect: openai }, a: *t, m: { <<: *t, fit: trim } }", "")
	var got []string
	for _, target := range c.Targets {
		got = append(got, target.Name+" "+string(target.Dialect)+" "+string(target.Fit))
	}
	if diff := cmp.Diff([]string{"z openai refuse", "a openai refuse", "m openai trim"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestResolve(t *testing.T) {
	target := config.Target{Models: map[string]string{"a": "b", "b": "c"}}
	for model, want := range map[string]string{"a": "b", "b": "c", "c": "c", "": ""} {
		if got := target.Resolve(model); got != want {
			t.Errorf("%q: %q, want %q", model, got, want)
		}
	}
}

func TestVars(t *testing.T) {
	got := parse(t, `
vars:
  base: &base { a: 1, b: [x, ~, true, 1.5, "2"] }
  more: { <<: [*base, { a: 2, c: 3 }], b: 0x10 }
  date: 2026-11-23
  big: 18446744073709551615
  number: ${N}
  text: "${N}"
  joined: n=${N}, $${N} costs $$${N}
  deep: ${MAP}
`, "N=7\nMAP={ not: parsed }").Vars
	base := map[string]any{"a": 1, "b": []any{"x", nil, true, 1.5, "2"}}
	want := map[string]any{
		"base": base, "more": map[string]any{"a": 1, "b": 16, "c": 3}, "date": "2026-11-23", "big": float64(1<<64 - 1),
		"number": 7, "text": "7", "joined": "n=7, ${N} costs $7", "deep": "{ not: parsed }",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWith(t *testing.T) {
	c := parse(t, "listen: localhost:1\npolicies: p", "")
	over, faults := c.With("127.0.0.1:0", "[::1]:0", "here")
	if faults != nil {
		t.Fatal(faults)
	}
	here, err := filepath.Abs("here")
	if err != nil {
		t.Fatal(err)
	}
	if over.Listen != "127.0.0.1:0" || over.Admin != "[::1]:0" || over.PoliciesDir() != here {
		t.Errorf("got %s, %s, %s", over.Listen, over.Admin, over.PoliciesDir())
	}
	if c.Listen != "localhost:1" || c.Policies != "p" {
		t.Errorf("the original changed: %s, %s", c.Listen, c.Policies)
	}
	if _, faults := c.With("0.0.0.0:80", "nowhere", ""); len(faults) != 2 {
		t.Errorf("open and malformed: %v", faults)
	}
	if _, faults := c.With("", "0.0.0.0:0", ""); len(faults) != 1 {
		t.Errorf("an admin address without a token: %v", faults)
	}
	if _, faults := c.With("", "localhost:1", ""); len(faults) != 1 {
		t.Errorf("one address for both: %v", faults)
	}
	if same, _ := c.With("", "", ""); !cmp.Equal(c, same, ignoreRefs, equalSecrets) {
		t.Errorf("no flags: %+v", same)
	}
}
