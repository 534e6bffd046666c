package runtime

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
)

func TestActions(t *testing.T) {
	send := func(s engine.Send) engine.Action {
		s.Target = "claude"
		return engine.Action{Send: &s}
	}
	tests := []struct {
		action string
		want   engine.Action
	}{
		{`{ send: "claude" }`, send(engine.Send{})},
		{
			`{ send: "claude", model: "m", after: 1500, queue: "1m30s", maxTokens: 10, timeout: "500ms" }`,
			send(engine.Send{Model: "m", After: 1500 * time.Millisecond, Queue: 90 * time.Second, MaxTokens: 10, Timeout: 500 * time.Millisecond}),
		},
		{`{ send: "claude", after: 0.5, queue: 0 }`, send(engine.Send{After: 500 * time.Microsecond})},
		{`{ send: "claude", model: undefined, pause: undefined, fail: undefined }`, send(engine.Send{})},
		{
			`{ send: "claude", trim: { keepToolResults: 0, minTokens: 9, except: ["read"], placeholder: "", dropThinking: true, keepTurns: 2, to: 5, images: "drop old" } }`,
			send(engine.Send{Trim: &engine.Trim{
				KeepToolResults: new(0), MinTokens: 9, Except: []string{"read"}, DropThinking: true, KeepTurns: new(2), To: 5, Images: "drop old",
			}}),
		},
		{`{ send: "claude", trim: {} }`, send(engine.Send{Trim: &engine.Trim{}})},
		{
			`{ send: "claude", headers: { "anthropic-beta": "a, b", "X-Odd": "t\tab é" } }`,
			send(engine.Send{Headers: map[string]string{"anthropic-beta": "a, b", "X-Odd": "t\tab é"}}),
		},
		{
			`{ send: "claude", body: { temperature: 0.5, stop: null, tags: ["é", { a: 1, b: undefined }], gone: undefined } }`,
			send(engine.Send{Body: map[string]json.RawMessage{
				"temperature": json.RawMessage(`0.5`), "stop": json.RawMessage(`null`), "tags": json.RawMessage(`["é",{"a":1}]`),
			}}),
		},
		{`{ send: "claude", hedge: { after: "2s", send: "gpt", model: "m" } }`, send(engine.Send{Hedge: &engine.Hedge{After: 2 * time.Second, Target: "gpt", Model: "m"}})},
		{
			`{ send: "claude", pause: { target: "claude", for: "45s" }, count: { shed: 1, cost: -0.5 }, because: "é" }`,
			engine.Action{
				Send: &engine.Send{Target: "claude"}, Pause: &engine.Pause{Target: "claude", For: 45 * time.Second},
				Count: map[string]float64{"shed": 1, "cost": -0.5}, Because: "é",
			},
		},
		{`{ fail: "last", pause: { target: "gpt", model: "m", for: 10 } }`, engine.Action{
			Fail: &engine.Fail{Last: true}, Pause: &engine.Pause{Target: "gpt", Model: "m", For: 10 * time.Millisecond},
		}},
		{`{ fail: { status: 529, reason: "overloaded", message: "later", retryAfter: "1s" } }`, engine.Action{
			Fail: &engine.Fail{Status: 529, Reason: engine.ReasonOverloaded, Message: "later", RetryAfter: time.Second},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.action, func(t *testing.T) {
			d := decide(t, "return "+tt.action+";", input(1))
			if d.Fault != nil {
				t.Fatal(d.Fault.Frame())
			}
			if diff := cmp.Diff(tt.want, d.Action); diff != "" {
				t.Errorf("action (-want +got):\n%s", diff)
			}
			if want := (engine.Position{File: "policy.ts", Line: 3, Column: 1}); d.At != want || d.Outcome != engine.OutcomeDecided {
				t.Errorf("%s at %v, want decided at %v", d.Outcome, d.At, want)
			}
		})
	}
}

func TestInvalidActions(t *testing.T) {
	tests := []struct{ action, want string }{
		{`{ sned: "claude" }`, `unknown key "sned" in action (did you mean "send"?)`},
		{`{ send: "claude", zzzzzz: undefined }`, `unknown key "zzzzzz" in action (valid here: send, fail, pause, count, because, model, after, queue, maxTokens, trim, timeout, headers, body, hedge)`},
		{`{ send: "cluade" }`, `unknown target "cluade" in send (did you mean "claude"?)`},
		{`{ send: "mistral" }`, `unknown target "mistral" in send (configured: claude, gpt)`},
		{`{ send: 7 }`, `send must be a text, not 7`},
		{`{ send: "" }`, `send must be a text that is not empty, not ""`},
		{`{ send: null }`, `send must be a text, not null (leave out a key that has no value)`},
		{`{}`, `action has neither send nor fail (return exactly one of them)`},
		{`{ because: "?" }`, `action has neither send nor fail (return exactly one of them)`},
		{`{ send: "claude", fail: "last" }`, `action has both send and fail (return exactly one of them)`},
		{`{ fail: "last", after: 5 }`, `"after" goes with send, not with fail`},
		{`{ send: "claude", model: "" }`, `model must be a text that is not empty, not ""`},
		{`{ send: "claude", after: "soon" }`, `after must be a duration such as "500ms", "30s" or "1m30s", at most a year, not "soon"`},
		{`{ send: "claude", after: "30" }`, `after must be a duration such as "500ms", "30s" or "1m30s", at most a year, not "30" (write the unit, or a number for milliseconds)`},
		{`{ send: "claude", after: "-1s" }`, `after must be a duration such as "500ms", "30s" or "1m30s", at most a year, not "-1s"`},
		{`{ send: "claude", after: -1 }`, `after must be a number of milliseconds, not negative and at most a year, not -1`},
		{`{ send: "claude", after: NaN }`, `after must be a number of milliseconds, not negative and at most a year, not NaN (one of the values that it was computed from is no number)`},
		{`{ send: "claude", after: "5 seconds" }`, `after must be a duration such as "500ms", "30s" or "1m30s", at most a year, not "5 seconds" (write "5s")`},
		{`{ send: "claude", after: "1.5 Min" }`, `after must be a duration such as "500ms", "30s" or "1m30s", at most a year, not "1.5 Min" (write "1.5m")`},
		{`{ send: "claude", after: "20 milliseconds" }`, `after must be a duration such as "500ms", "30s" or "1m30s", at most a year, not "20 milliseconds" (write "20ms")`},
		{`{ send: { name: "claude" } }`, `send must be a text, not an object (a target goes by its name, such as ctx.targets[0].name)`},
		{`{ send: "claude", queue: Infinity }`, `queue must be a number of milliseconds, not negative and at most a year, not Infinity`},
		{`{ send: "claude", timeout: true }`, `timeout must be a number of milliseconds or a text such as "30s", not true`},
		{`{ send: "claude", maxTokens: 0 }`, `maxTokens must be a whole number from 1, not 0`},
		{`{ send: "claude", maxTokens: 1.5 }`, `maxTokens must be a whole number from 1, not 1.5`},
		{`{ send: "claude", maxTokens: "10" }`, `maxTokens must be a whole number from 1, not "10"`},
		{`{ send: "claude", trim: true }`, `trim must be an object, not true`},
		{`{ send: "claude", trim: { keepTurn: 2 } }`, `unknown key "keepTurn" in trim (did you mean "keepTurns"?)`},
		{`{ send: "claude", trim: { dropThinking: 1 } }`, `trim.dropThinking must be true or false, not 1`},
		{`{ send: "claude", trim: { except: "read" } }`, `trim.except must be an array, not "read"`},
		{`{ send: "claude", trim: { except: ["a", 2] } }`, `trim.except[1] must be a text, not 2`},
		{`{ send: "claude", trim: { except: new Array(1e6) } }`, `trim.except must be an array of at most 1000 items, not an array`},
		{`{ send: "claude", trim: { images: "keeep" } }`, `trim.images must be one of keep, drop old, not "keeep" (did you mean "keep"?)`},
		{`{ send: "claude", headers: { "X-API-Key": "k" } }`, `headers.X-API-Key is not for policies to set (credentials, connection headers and x-spillway-* are Spillway's own)`},
		{`{ send: "claude", headers: { Connection: "close" } }`, `headers.Connection is not for policies to set (credentials, connection headers and x-spillway-* are Spillway's own)`},
		{`{ send: "claude", headers: { "x-spillway-id": "1" } }`, `headers.x-spillway-id is not for policies to set (credentials, connection headers and x-spillway-* are Spillway's own)`},
		{`{ send: "claude", headers: { a: "b\r\nc: d" } }`, `headers.a contains a control character`},
		{`{ send: "claude", headers: { "a b": "c" } }`, `headers.a b is no header name`},
		{`{ send: "claude", headers: { a: 1 } }`, `headers.a must be a text, not 1`},
		{`{ send: "claude", body: [] }`, `body must be an object, not an array`},
		{`{ send: "claude", body: { f() {} } }`, `body.f must be a JSON value, not a function`},
		{`{ send: "claude", body: { temperature: NaN } }`, `body.temperature must be a JSON value, not NaN (one of the values that it was computed from is no number)`},
		{`{ send: "claude", hedge: { send: "gpt" } }`, `hedge lacks "after" (it needs: after, send)`},
		{`{ send: "claude", hedge: { after: 1, target: "gpt" } }`, `unknown key "target" in hedge (valid here: after, send, model)`},
		{`{ send: "claude", pause: { target: "claude" } }`, `pause lacks "for" (it needs: target, for)`},
		{`{ send: "claude", pause: { target: "gtp", for: 1 } }`, `unknown target "gtp" in pause.target (did you mean "gpt"?)`},
		{`{ send: "claude", pause: "45s" }`, `pause must be an object, not "45s"`},
		{`{ send: "claude", count: { a: "1" } }`, `count.a must be a finite number, not "1"`},
		{`{ send: "claude", count: { a: Infinity } }`, `count.a must be a finite number, not Infinity`},
		{`{ send: "claude", count: new Map() }`, `count must be a plain object, not an instance of a class`},
		{`{ send: "claude", because: 5 }`, `because must be a text, not 5`},
		{`{ fail: "first" }`, `fail must be "last" or an object { status, message }, not "first"`},
		{`{ fail: 529 }`, `fail must be an object, not 529`},
		{`{ fail: { message: "m" } }`, `fail lacks "status" (it needs: status, message)`},
		{`{ fail: { status: 503 } }`, `fail lacks "message" (it needs: status, message)`},
		{`{ fail: { status: 302, message: "m" } }`, `fail.status must be a whole number from 400 to 599, not 302`},
		{`{ fail: { status: 503, message: "m", reason: "overload" } }`, `fail.reason must be one of ` + reasonList + `, not "overload" (did you mean "overloaded"?)`},
		{`Promise.resolve({ send: "claude" })`, "decide returned a promise (a policy cannot wait: return an action, with `after` to send later or `queue` to stand in line)"},
		{`undefined`, `decide returned nothing on this path (return { send: … } or { fail: … } at the end of every path)`},
		{`null`, `decide returned nothing on this path (return { send: … } or { fail: … } at the end of every path)`},
		{`"claude"`, `decide returned "claude" instead of an action (return { send: … } or { fail: … })`},
		{`[{ send: "claude" }]`, `decide returned an array instead of an action (return { send: … } or { fail: … })`},
		{`() => ({ send: "claude" })`, `decide returned a function instead of an action (return { send: … } or { fail: … })`},
	}
	for _, tt := range tests {
		t.Run(tt.action, func(t *testing.T) {
			d := decide(t, "if (request) /**/ return "+tt.action+";", input(1))
			if d.Fault == nil {
				t.Fatalf("no fault, action %+v", d.Action)
			}
			if _, got, _ := strings.Cut(d.Fault.Error(), ": "); got != tt.want || d.Fault.Line != 3 {
				t.Errorf("got  %s\nwant %s", d.Fault, tt.want)
			}
			if diff := cmp.Diff(engine.Action{}, d.Action); diff != "" || d.Outcome != engine.OutcomeInvalid {
				t.Errorf("outcome %s, action:\n%s", d.Outcome, diff)
			}
		})
	}
}

const reasonList = "overloaded, rate_limit, spend_limit, timeout, connection, server, auth, billing, permission, not_found, invalid, too_large, " +
	"context_too_long, refused, paused, queue_timeout, queue_full, budget, deadline, unfit"

// In these actions /*!*/ stands before the place that a fault points at.
func TestFaultsPointAtTheKey(t *testing.T) {
	for _, statement := range []string{
		`return { send: "claude", /*!*/qeue: "2s" };`,
		`return { send: "claude", pause: { target: "claude", /*!*/"for": "soon" } };`,
		`return { send: "claude", /*!*/pause: { target: "claude" } };`,
		`return { send: "claude", trim: { /*!*/except: ["a", 5] } };`,
		`return request ? { send: "claude", /*!*/model: 5 } : { send: "claude" };`,
		`return { /*!*/body: {}, fail: { status: 500, message: "m" } };`,
		`/*!*/return request ? { send: "clod" } : { send: "claude" };`,
		`const pause = { target: "gtp", for: 1 }; return { send: "claude", /*!*/pause };`,
		`const send = { send: "gtp" }; /*!*/return { ...send };`,
		`const build = () => ({ send: "gtp" }); /*!*/return build();`,
		`/*!*/return { send: "claude", fail: "last" };`,
	} {
		d := decide(t, statement, input(1))
		at := strings.Index(statement, "/*!*/") + len("/*!*/") + 1
		if d.Fault == nil || d.Fault.Line != 3 || d.Fault.Column != at {
			t.Errorf("%s\n%v, want column %d", statement, d.Fault, at)
		}
	}
}

func TestFailLastNeedsAnAttempt(t *testing.T) {
	d := decide(t, `return { fail: "last" };`, input(0))
	if d.Fault == nil || d.Fault.Message != `fail: "last" without an attempt` {
		t.Errorf("got %v", d.Fault)
	}
}

func TestAPathWithoutReturnStandsAtDecide(t *testing.T) {
	d := decide(t, `if (attempts.length > 5) return { send: "claude" };`, input(0))
	if d.Fault == nil || d.Fault.Error() != "policy.ts:2:18: decide returned nothing on this path (return { send: … } or { fail: … } at the end of every path)" {
		t.Errorf("got %v", d.Fault)
	}
	if d.At != (engine.Position{}) {
		t.Errorf("chosen at %v", d.At)
	}
}

func TestGettersOfAnActionMayThrow(t *testing.T) {
	for _, action := range []string{
		`{ get send() { throw new Error("boom"); } }`,
		`new Proxy({}, { ownKeys() { throw new Error("boom"); } })`,
		`{ send: "claude", body: { toJSON: 1, nested: { toJSON() { throw new Error("boom"); } } } }`,
	} {
		d := decide(t, "return "+action+";", input(0))
		if d.Outcome != engine.OutcomeThrew || d.Fault.Message != "decide threw Error: boom" || d.Fault.Line != 3 {
			t.Errorf("%s: %s, %v", action, d.Outcome, d.Fault)
		}
	}
}
