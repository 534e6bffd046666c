package proxy_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

const clients = `
clients:
  - { name: shop, key: shop-key, forbid: [model] }
  - { name: batch, key: batch-key, policy: batch, priority: low, max_wait: 10m }
`

var clientPolicies = map[string]string{
	"overload.ts": `export function decide(request) { return { send: request.api === "openai" ? "b" : "a", model: "smaller", because: request.client.name + " " + request.client.priority } }`,
	"batch.ts":    `export function decide(request) { return { send: "a", because: "batch: " + request.client.name + " " + request.client.priority } }`,
}

func TestClients(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}, {Dialect: engine.OpenAI}}, Policies: clientPolicies, Config: clients})
	for name, c := range map[string]struct {
		api           engine.API
		header, value string
		because       string // "" = refused
		model         string
	}{
		"key":                    {engine.Anthropic, "X-Api-Key", "shop-key", "shop normal", "asked"},
		"bearer":                 {engine.Anthropic, "Authorization", "Bearer shop-key", "shop normal", "asked"},
		"policy and priority":    {engine.Anthropic, "X-Api-Key", "batch-key", "batch: batch low", "asked"},
		"openai":                 {engine.OpenAI, "Authorization", "Bearer shop-key", "shop normal", "asked"},
		"no key":                 {engine.Anthropic, "X-Other", "shop-key", "", ""},
		"an empty key":           {engine.Anthropic, "X-Api-Key", "", "", ""},
		"a wrong key":            {engine.Anthropic, "X-Api-Key", "shop-kex", "", ""},
		"a longer key":           {engine.Anthropic, "X-Api-Key", "shop-key2", "", ""},
		"a name":                 {engine.Anthropic, "X-Api-Key", "shop", "", ""},
		"no bearer token":        {engine.Anthropic, "Authorization", "Basic shop-key", "", ""},
		"a wrong key for openai": {engine.OpenAI, "Authorization", "Bearer nobody", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			path, body := question(c.api, "asked")
			target := l.Targets[0]
			if c.api == engine.OpenAI {
				target = l.Targets[1]
			}
			before := len(target.Requests())
			got := l.Post(t, path, body, c.header, c.value)
			if c.because == "" {
				checkUnauthorized(t, c.api, got)
				if len(target.Requests()) != before {
					t.Error("it reached the target")
				}
				return
			}
			if got.StatusCode != 200 {
				t.Fatalf("%d %s", got.StatusCode, got.Body)
			}
			if trace := l.Get(t, "/api/requests/"+got.Header.Get("X-Spillway-Id")); !strings.Contains(trace, `"because": "`+c.because+`"`) {
				t.Errorf("want %q in the trace %s", c.because, trace)
			}
			seen := target.Requests()[before]
			if seen.Model() != c.model {
				t.Errorf("model %s reached the target, want %s", seen.Model(), c.model)
			}
			if bytes.Contains(seen.Head, []byte("shop-key")) || bytes.Contains(seen.Head, []byte("batch-key")) {
				t.Errorf("the client's key travelled on: %s", seen.Head)
			}
		})
	}
}

func checkUnauthorized(t *testing.T, api engine.API, got answer) {
	t.Helper()
	var body struct {
		Type  string
		Error struct{ Type, Code string }
	}
	if err := json.Unmarshal([]byte(got.Body), &body); err != nil || got.StatusCode != 401 || got.Header.Get("X-Should-Retry") != "false" {
		t.Fatalf("%d %v %s", got.StatusCode, got.Header, got.Body)
	}
	if api == engine.OpenAI && body.Error.Code != "invalid_api_key" || api == engine.Anthropic && (body.Type != "error" || body.Error.Type != "authentication_error") {
		t.Errorf("not in the dialect: %s", got.Body)
	}
}

// Paths that no policy decides about need a key too, and do not carry it on.
func TestClientsPassThrough(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Policies: clientPolicies, Config: clients})
	if got := l.Post(t, "/v1/messages/count_tokens", message(false)); got.StatusCode != 401 {
		t.Errorf("without a key: %d %s", got.StatusCode, got.Body)
	}
	if got := l.Post(t, "/v1/messages/count_tokens", message(false), "Authorization", "Bearer batch-key"); got.StatusCode != 200 {
		t.Errorf("with a key: %d %s", got.StatusCode, got.Body)
	}
	for _, seen := range l.Targets[0].Requests() {
		if bytes.Contains(seen.Head, []byte("batch-key")) || seen.Header("X-Api-Key") != "target-key-a" {
			t.Errorf("the target saw %s", seen.Head)
		}
	}
	if v := l.Targets[0].Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}
