package proxy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/proxy/simtarget"
)

// rounds is a conversation with so many tool rounds behind it, each with a result of some 1,000 tokens.
func rounds(model string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"model":%q,"max_tokens":1000,"tools":[{"name":"look","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"start"}`, model)
	for i := range n {
		fmt.Fprintf(&b, `,{"role":"assistant","content":[{"type":"tool_use","id":"t%d","name":"look","input":{}}]}`, i)
		fmt.Fprintf(&b, `,{"role":"user","content":[{"type":"tool_result","tool_use_id":"t%d","content":%q}]}`, i, strings.Repeat("word ", 700))
		b.WriteString(`,{"role":"assistant","content":"Seen."},{"role":"user","content":"And the next?"}`)
	}
	return b.String() + `]}`
}

func TestLighterRequests(t *testing.T) {
	with := func(fields, body string) string { return strings.Replace(body, `"max_tokens":1000`, fields, 1) }
	const summary = `{"type":"compaction","content":"x","encrypted_content":"Eq"}`
	const small = "    windows: { small: { context: 16000, output: 500 }, tiny: { context: 400 } }\n"
	for name, c := range map[string]struct {
		send, forbid, target string
		body                 string
		edits                string // the beginning of x-spillway-edits, or nothing
		cleared              int    // placeholders that arrive
		failure              string
	}{
		"old results go":              {send: `send: "a", trim: { keepToolResults: 3 }`, body: rounds("m", 20), edits: "trim;tool_results=15;saved=", cleared: 15},
		"too little to save":          {send: `send: "a", trim: { keepToolResults: 3, minTokens: 90000 }`, body: rounds("m", 20)},
		"nothing to cut":              {send: `send: "a", trim: { keepToolResults: 3 }`, body: rounds("m", 2)},
		"a caller that forbids it":    {send: `send: "a", trim: { keepToolResults: 3 }`, forbid: "trim", body: rounds("m", 20)},
		"odd comes out odd":           {send: `send: "a", trim: { keepToolResults: 0 }`, body: strings.Replace(rounds("m", 20), `"tool_use_id":"t3"`, `"tool_use_id":"t4"`, 1)},
		"too long for a fallback":     {send: `send: "b", model: "small"`, target: small, body: rounds("m", 20), failure: "and small has room for"},
		"room for it":                 {send: `send: "b", model: "small"`, target: small, body: rounds("m", 5), edits: "model;m->small,max_tokens;1000->500"},
		"made to fit":                 {send: `send: "b", model: "small"`, target: small + "    fit: trim\n", body: rounds("m", 20), edits: "trim;tool_results="},
		"too long whatever goes":      {send: `send: "b", model: "tiny"`, target: small + "    fit: trim\n", body: rounds("m", 20), failure: "has room for"},
		"a forbidden fit":             {send: `send: "b", model: "small"`, target: small + "    fit: trim\n", forbid: "trim", body: rounds("m", 20), failure: "the caller forbids to trim it"},
		"forbidden fewer tokens":      {send: `send: "b", model: "small"`, target: small, forbid: "max_tokens", body: rounds("m", 5), failure: "forbids a lower max_tokens"},
		"bound to a server's state":   {send: `send: "a", trim: { keepToolResults: 3 }`, body: strings.Replace(rounds("m", 20), `"max_tokens"`, `"thread":{"type":"continue"},"max_tokens"`, 1), failure: "bound to state on a server"},
		"bound, and elsewhere":        {send: `send: "b"`, body: with(`"thread":{"type":"continue"},"max_tokens":1000`, rounds("m", 2)), failure: "bound to state on a server"},
		"a fallback's credit":         {send: `send: "a", maxTokens: 500`, body: with(`"fallback_credit_token":"x","max_tokens":1000`, rounds("m", 2)), failure: "bound to state on a server"},
		"a signed summary":            {send: `send: "a", trim: { keepTurns: 1 }`, body: strings.Replace(rounds("m", 20), `"Seen."`, `[`+summary+`]`, 1), failure: "bound to state on a server"},
		"bound, and as it is":         {send: `send: "a"`, body: with(`"thread":{"type":"continue"},"max_tokens":1000`, rounds("m", 2))},
		"fewer tokens":                {send: `send: "a", maxTokens: 500`, body: rounds("m", 2), edits: "max_tokens;1000->500"},
		"never more tokens":           {send: `send: "a", maxTokens: 5000`, body: rounds("m", 2)},
		"fewer, beside thinking":      {send: `send: "a", maxTokens: 500`, body: with(`"max_tokens":8000,"thinking":{"type":"enabled","budget_tokens":2000}`, rounds("m", 2)), edits: "max_tokens;8000->3024"},
		"no room beside thinking":     {send: `send: "a", maxTokens: 500`, body: with(`"max_tokens":2500,"thinking":{"type":"enabled","budget_tokens":2000}`, rounds("m", 2))},
		"a caller's tokens":           {send: `send: "a", maxTokens: 500`, forbid: "max_tokens", body: rounds("m", 2)},
		"its own target, too long":    {send: `send: "a"`, target: "    windows: { m: { context: 4000 } }\n", body: rounds("m", 20)},
		"its own target, made to fit": {send: `send: "a"`, target: "    windows: { m: { context: 16000 } }\n    fit: trim\n", body: rounds("m", 20), edits: "trim;tool_results="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{
				Targets: []simtarget.Config{{}, {}}, Target: c.target,
				Policies: decides(`return attempts.length ? { fail: "last" } : { ` + c.send + ` }`),
			})
			got := l.Post(t, "/v1/messages", c.body, "X-Spillway-Forbid", c.forbid)
			if c.failure != "" {
				if got.StatusCode != 400 || !strings.Contains(got.Body, c.failure) {
					t.Errorf("%d %s", got.StatusCode, got.Body)
				}
				return
			}
			edits := got.Header.Get("X-Spillway-Edits")
			if got.StatusCode != 200 || !strings.HasPrefix(edits, c.edits) || c.edits == "" && edits != "" {
				t.Fatalf("%d, x-spillway-edits %q, want %q\n%.300s", got.StatusCode, edits, c.edits, got.Body)
			}
			seen := append(l.Targets[0].Requests(), l.Targets[1].Requests()...)
			arrived := string(seen[0].Body)
			if cleared := strings.Count(arrived, "[old tool result cleared]"); c.cleared > 0 && cleared != c.cleared {
				t.Errorf("%d results were cleared, want %d", cleared, c.cleared)
			}
			if c.edits == "" && arrived != c.body {
				t.Errorf("arrived\n%.300s", arrived)
			}
		})
	}
}

// The shipped policy first waits, then lightens, then steps down; each step can be read in the trace.
func TestOverloadLightensBeforeItStepsDown(t *testing.T) {
	overloaded := simtarget.Overloaded()
	l := start(t, setup{
		Targets: []simtarget.Config{{Behaviour: func(r *simtarget.Seen) simtarget.Answer {
			if r.Model() == "opus" {
				return overloaded(r)
			}
			return hello(r)
		}}},
		Config: "vars: { ladder: [opus, sonnet], lighten: { trim: { keepToolResults: 3 }, maxTokens: 500 } }\n",
	})
	got := l.Post(t, "/v1/messages", rounds("opus", 20))
	if got.StatusCode != 200 || got.Header.Get("X-Spillway-Model") != "sonnet" {
		t.Fatalf("%d %v %s", got.StatusCode, got.Header, got.Body)
	}
	var story []string
	for _, r := range l.Targets[0].Requests() {
		story = append(story, fmt.Sprint(r.Model(), gjson.GetBytes(r.Body, "max_tokens"), " ", strings.Count(string(r.Body), "cleared")))
	}
	if want := "[opus1000 0 opus1000 0 opus500 15 sonnet500 15]"; fmt.Sprint(story) != want {
		t.Errorf("arrived: %v, want %s", story, want)
	}
	trace := l.Get(t, "/api/requests/"+got.Header.Get("X-Spillway-Id"))
	if chose := gjson.Get(trace, "steps.2.chose"); chose.Get("trim.keepToolResults").Int() != 3 || chose.Get("maxTokens").Int() != 500 {
		t.Errorf("the third decision is told as %s", chose)
	}
	if n := strings.Count(trace, "trim;tool_results=15;saved="); n < 2 {
		t.Errorf("the trace names the trim %d times:\n%s", n, trace)
	}
}
