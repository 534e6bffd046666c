package proxy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// What arrives at a target, and what the client is told of it, under a policy and what the caller forbids.
func TestEditsAndFloors(t *testing.T) {
	const asked = `{"model":"claude-opus-5-5","max_tokens":1024,"temperature":0.5,"messages":[{"role":"user","content":"hello"}]}`
	for name, c := range map[string]struct {
		send    string // keys of the action beside send
		forbid  string
		arrives string // the body
		edits   string
		note    string // in the trace
	}{
		"nothing":                      {``, "", asked, "", ""},
		"a model":                      {`model: "claude-haiku-4-5"`, "", strings.Replace(asked, "opus-5-5", "haiku-4-5", 1), "model;claude-opus-5-5->claude-haiku-4-5", ""},
		"the same model":               {`model: "claude-opus-5-5"`, "", asked, "", ""},
		"a forbidden model":            {`model: "claude-haiku-4-5"`, "model", asked, "", "forbidden by the caller: model"},
		"fewer tokens":                 {`maxTokens: 100`, "", strings.Replace(asked, "1024", "100", 1), "max_tokens;1024->100", ""},
		"more tokens":                  {`maxTokens: 5000`, "", asked, "", ""},
		"forbidden fewer":              {`maxTokens: 100`, "max_tokens", asked, "", "forbidden by the caller: max_tokens"},
		"one of two forbidden":         {`model: "m", maxTokens: 100`, "Max_Tokens , translate", strings.Replace(asked, "claude-opus-5-5", "m", 1), "model;claude-opus-5-5->m", "forbidden by the caller: max_tokens"},
		"all forbidden":                {`model: "m", maxTokens: 100`, "model,trim,max_tokens,translate,target", asked, "", "forbidden by the caller: model"},
		"a field":                      {`body: { temperature: 1 }`, "", strings.Replace(asked, "0.5", "1", 1), "body;temperature", ""},
		"a field removed":              {`body: { temperature: null }`, "", strings.Replace(asked, `"temperature":0.5,`, "", 1), "body;temperature", ""},
		"a field added":                {`body: { service_tier: "auto" }`, "", strings.TrimSuffix(asked, "}") + `,"service_tier":"auto"}`, "body;service_tier", ""},
		"the same field":               {`body: { temperature: 0.5 }`, "", asked, "", ""},
		"a model in the body":          {`body: { model: "m" }`, "", strings.Replace(asked, "claude-opus-5-5", "m", 1), "model;claude-opus-5-5->m", ""},
		"a forbidden one in the body":  {`body: { model: "m", temperature: 1 }`, "model", strings.Replace(asked, "0.5", "1", 1), "body;temperature", "forbidden by the caller: body model"},
		"forbidden tokens in the body": {`body: { max_tokens: 5 }`, "max_tokens", asked, "", "forbidden by the caller: body max_tokens"},
		"forbidden history":            {`body: { messages: [] }`, "trim", asked, "", "forbidden by the caller: body messages"},
		"the first target":             {``, "target", asked, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{Targets: []simtarget.Config{{}}, Policies: decides(`return attempts.length ? { fail: "last" } : { send: "a", ` + c.send + ` }`)})
			got := l.Post(t, "/v1/messages", asked, "X-Spillway-Forbid", c.forbid)
			if got.StatusCode != 200 {
				t.Fatalf("%d %s", got.StatusCode, got.Body)
			}
			if body := string(l.Targets[0].Requests()[0].Body); body != c.arrives {
				t.Errorf("arrived\n%s\nwant\n%s", body, c.arrives)
			}
			if edits := got.Header.Get("X-Spillway-Edits"); edits != c.edits {
				t.Errorf("x-spillway-edits: %q, want %q", edits, c.edits)
			}
			notes := gjson.Get(l.Get(t, "/api/requests/"+got.Header.Get("X-Spillway-Id")), "steps.0.notes").Raw
			if !strings.Contains(notes, c.note) || c.note == "" && notes != "" {
				t.Errorf("notes in the trace: %s, want %q", notes, c.note)
			}
		})
	}
}

// A send that needs what is forbidden, or cannot be made as asked, is an unfit attempt, and nothing is sent.
func TestUnfitSends(t *testing.T) {
	for name, c := range map[string]struct {
		first, forbid string
		served        string // by which target, after the policy has gone on
	}{
		"another target":           {`send: "b"`, "target", "a"},
		"a forbidden translation":  {`send: "c"`, "translate", "a"},
		"another kind of answer":   {`send: "a", body: { stream: true }`, "", "a"},
		"a body without its model": {`send: "a", body: { model: null }`, "", "a"},
		"a body with no number":    {`send: "a", body: { max_tokens: "many" }`, "", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{
				Targets:  []simtarget.Config{{}, {}, {Dialect: engine.OpenAI}},
				Policies: decides(`return attempts.length ? { send: "a", because: attempts[0].reason + " " + attempts[0].retry } : { ` + c.first + ` }`),
			})
			got := l.Post(t, "/v1/messages", message(false), "X-Spillway-Forbid", c.forbid)
			trace := l.Get(t, "/api/requests/"+got.Header.Get("X-Spillway-Id"))
			if got.StatusCode != 200 || got.Header.Get("X-Spillway-Target") != c.served || got.Header.Get("X-Spillway-Attempts") != "1" {
				t.Fatalf("%d from %q after %s sends\n%s", got.StatusCode, got.Header.Get("X-Spillway-Target"), got.Header.Get("X-Spillway-Attempts"), trace)
			}
			if because := gjson.Get(trace, "steps.1.because").Str; because != "unfit elsewhere" {
				t.Errorf("the policy saw %q\n%s", because, trace)
			}
		})
	}
}

func TestOnlyUnfitAttemptsAreABadRequest(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}, {Dialect: engine.OpenAI}}, Policies: decides(`return attempts.length ? { fail: "last" } : { send: "b" }`)})
	got := l.Post(t, "/v1/messages", message(true), "X-Spillway-Forbid", "translate")
	if got.StatusCode != 400 || got.Header.Get("X-Should-Retry") != "false" || !strings.Contains(got.Body, "invalid_request_error") {
		t.Errorf("%d %v %s", got.StatusCode, got.Header, got.Body)
	}
}

// A caller who forbids other targets than the one of its dialect is refused where there is none.
func TestNoTargetIsLeft(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Dialect: engine.OpenAI}}, Policies: toFirst})
	got := l.Post(t, "/v1/messages", message(false), "X-Spillway-Forbid", "target")
	if got.StatusCode != 400 || !strings.Contains(got.Body, "no such target may be used") {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
}

func TestHeadersOfAPolicy(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Policies: decides(`return { send: "a", headers: { "anthropic-beta": "two", "X-New": "new" } }`)})
	if got := l.Post(t, "/v1/messages", message(false), "Anthropic-Beta", "one", "X-Own", "own"); got.StatusCode != 200 {
		t.Fatalf("%d %s", got.StatusCode, got.Body)
	}
	seen := l.Targets[0].Requests()[0]
	for name, want := range map[string][]string{"anthropic-beta": {"two"}, "x-new": {"new"}, "x-own": {"own"}, "x-api-key": {"target-key-a"}} {
		if got := seen.Headers(name); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
