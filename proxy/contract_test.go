package proxy_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// decides is a policy that decides so. It has request, attempts and ctx.
func decides(body string) map[string]string {
	return map[string]string{"overload.ts": "export function decide(request, attempts, ctx) { " + body + " }"}
}

// sends is what a policy decides that sends to a so often, and then fails.
func sends(n int) string {
	return fmt.Sprintf(`return attempts.length < %d ? { send: "a" } : { fail: "last" }`, n)
}

// question is a path and a request to it for a model, in either dialect.
func question(api engine.API, model string) (path, body string) {
	if api == engine.OpenAI {
		return "/v1/chat/completions", fmt.Sprintf(`{"model":%q,"max_completion_tokens":1024,"messages":[{"role":"user","content":"hello"}]}`, model)
	}
	return "/v1/messages", strings.Replace(message(false), "claude-opus-5-5", model, 1)
}

// With a header that says so, an SDK tries again whatever the status is, or does not.
func TestShouldRetry(t *testing.T) {
	hints := func(b simtarget.Behaviour, name, value string) simtarget.Behaviour {
		return func(r *simtarget.Seen) simtarget.Answer {
			a := b(r)
			a.Fields = append(a.Fields, simtarget.Field{Name: name, Value: value})
			return a
		}
	}
	cases := map[string]struct {
		behaviour simtarget.Behaviour
		policy    string
		retry     bool
		after     string // retry-after; "" = any that is allowed
	}{
		"overloaded, sent once":      {simtarget.Overloaded(), sends(1), true, "1"},
		"overloaded, sent twice":     {simtarget.Overloaded(), sends(2), false, ""},
		"in a stream's place":        {simtarget.ErrorWith200(), sends(1), true, "1"},
		"server, sent once":          {simtarget.ServerError(), sends(1), true, "1"},
		"reset, sent once":           {simtarget.ResetAtOnce(), sends(1), true, "1"},
		"reset, sent twice":          {simtarget.ResetAtOnce(), sends(2), false, ""},
		"rate limit, as asked":       {simtarget.RateLimited(7 * time.Second), sends(1), true, "7"},
		"rate limit, too long":       {simtarget.RateLimited(5 * time.Minute), sends(1), true, "60"},
		"rate limit, sent twice":     {simtarget.RateLimited(7 * time.Second), sends(2), false, "7"},
		"now is never":               {hints(simtarget.Overloaded(), "retry-after", "0"), sends(1), true, "1"},
		"in parts of a second":       {hints(simtarget.Overloaded(), "retry-after-ms", "1500"), sends(1), true, "2"},
		"the target's wrong advice":  {hints(simtarget.TooLong(), "x-should-retry", "true"), sends(1), false, ""},
		"the target's other advice":  {hints(simtarget.Overloaded(), "x-should-retry", "true"), sends(2), false, ""},
		"spend limit":                {simtarget.SpendLimit(), sends(1), false, ""},
		"credential":                 {simtarget.Unauthorized(), sends(1), false, ""},
		"model":                      {simtarget.NoSuchModel(), sends(1), false, ""},
		"too long":                   {simtarget.TooLong(), sends(1), false, ""},
		"the policy says when":       {nil, `return { fail: { status: 503, message: "later", retryAfter: "20s" } }`, true, "20"},
		"the policy says soon":       {nil, `return { fail: { status: 503, message: "soon", retryAfter: 1 } }`, true, "1"},
		"the policy says tomorrow":   {nil, `return { fail: { status: 503, message: "later", retryAfter: "24h" } }`, true, "60"},
		"the policy's own overload":  {nil, `return { fail: { status: 503, reason: "overloaded", message: "full" } }`, true, "1"},
		"the policy's bare 503":      {nil, `return { fail: { status: 503, message: "full" } }`, true, "1"},
		"the policy's bare 429":      {nil, `return { fail: { status: 429, message: "slow down" } }`, true, "1"},
		"the policy's own refusal":   {nil, `return { fail: { status: 403, message: "no" } }`, false, ""},
		"the policy says never":      {nil, `return { fail: { status: 400, reason: "invalid", message: "no" } }`, false, ""},
		"shed at a closed gate":      {nil, `return attempts.length ? { fail: "last" } : { send: "a", pause: { target: "a", model: request.model, for: "20s" } }`, true, "20"},
		"shed at a gate long closed": {nil, `return attempts.length ? { fail: "last" } : { send: "a", pause: { target: "a", model: request.model, for: "10m" } }`, true, "60"},
	}
	behaviours, policy := map[string]simtarget.Behaviour{}, ""
	for name, c := range cases {
		behaviours[name] = c.behaviour
		policy += fmt.Sprintf("case %q: %s\n", name, c.policy)
	}
	for _, api := range []engine.API{engine.Anthropic, engine.OpenAI} {
		l := start(t, setup{
			Targets: []simtarget.Config{{Dialect: api, Behaviour: byModel(behaviours)}}, Keys: "key: client", // which no failure closes
			Policies: decides("switch (request.model) { " + policy + `default: return { send: "a" } }`),
		})
		for name, c := range cases {
			t.Run(name+" "+string(api), func(t *testing.T) {
				path, body := question(api, name)
				got := l.Post(t, path, body, "Authorization", "Bearer sk-the-callers")
				if got.StatusCode < 400 || !json.Valid([]byte(got.Body)) {
					t.Fatalf("%d %s", got.StatusCode, got.Body)
				}
				if advice := got.Header.Values("X-Should-Retry"); len(advice) != 1 || advice[0] != strconv.FormatBool(c.retry) {
					t.Errorf("x-should-retry: %q, want %t, with %d %s", advice, c.retry, got.StatusCode, got.Body)
				}
				after := got.Header.Values("Retry-After")
				seconds, err := strconv.Atoi(strings.Join(after, " "))
				if c.after != "" && strings.Join(after, " ") != c.after || (len(after) > 0 || c.retry) && (err != nil || seconds < 1 || seconds > 60) {
					t.Errorf("retry-after: %q, want %q", after, c.after)
				}
				if ms := got.Header.Get("Retry-After-Ms"); ms != "" {
					t.Errorf("retry-after-ms: %q", ms)
				}
			})
		}
	}
}

// An SDK's own retries multiply nothing that has been sent twice, and nothing that waiting does not heal.
func TestSDKRetriesAddNothing(t *testing.T) {
	for name, c := range map[string]struct {
		behaviour simtarget.Behaviour
		sends     int
	}{
		"overloaded": {simtarget.Overloaded(), 2}, "spend limit": {simtarget.SpendLimit(), 1}, "reset": {simtarget.ResetAtOnce(), 2},
	} {
		t.Run(name, func(t *testing.T) {
			l := start(t, setup{Targets: []simtarget.Config{{Behaviour: c.behaviour}}, Policies: decides(sends(c.sends))})
			client := anthropic.NewClient(option.WithoutEnvironmentDefaults(), option.WithBaseURL(l.URL), option.WithAPIKey("sk-test"))
			if _, err := client.Messages.New(t.Context(), anthropicQuestion("claude-opus-5-5")); err == nil {
				t.Error("no error")
			}
			if n := len(l.Targets[0].Requests()); n != c.sends {
				t.Errorf("the target got %d requests, want %d", n, c.sends)
			}
		})
	}
}

// Of many errors the client gets the latest of the target that was asked first.
func TestTheFirstTargetsLatestError(t *testing.T) {
	l := start(t, setup{
		Targets: []simtarget.Config{
			{Behaviour: simtarget.InTurn(simtarget.ServerError(), simtarget.Overloaded(), simtarget.ResetAtOnce())}, {Behaviour: simtarget.NoSuchModel()},
		},
		Policies: decides(`return attempts.length < 6 ? { send: ctx.targets[attempts.length % 2].name } : { fail: "last" }`),
	})
	got := l.Post(t, "/v1/messages", message(false))
	if got.StatusCode != 529 || got.Header.Get("X-Spillway-Target") != "a" || got.Header.Get("X-Spillway-Attempts") != "6" {
		t.Errorf("%d from %q after %s sends: %s", got.StatusCode, got.Header.Get("X-Spillway-Target"), got.Header.Get("X-Spillway-Attempts"), got.Body)
	}
}
