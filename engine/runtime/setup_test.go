package runtime

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"spillway/engine"
	"spillway/engine/script"
)

// environment is what most tests decide in.
var environment = engine.Environment{
	Targets: []engine.Target{
		{
			Name: "claude", Dialect: engine.Anthropic,
			Models: map[string]string{"opus": "claude-opus-5-5"},
			Price:  map[string]engine.Price{"claude-opus-5-5": {Input: 5, Output: 25, CacheRead: .5, CacheWrite: 6.25}},
		},
		{Name: "gpt", Dialect: engine.OpenAI},
	},
	Vars: map[string]any{"ladder": []any{"a", "b"}, "deep": map[string]any{"z": 1, "a": 2.5, "m": nil}},
}

// patient gives a decision all the time that a busy machine may need.
var patient = Limits{Decide: 30 * time.Second}

// compile compiles a policy's source.
func compile(t testing.TB, source string) *script.Program {
	t.Helper()
	program, faults := script.Compile(fstest.MapFS{"policy.ts": {Data: []byte(source)}}, "policy.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	return program
}

// policyOf is a policy ready to decide.
func policyOf(t testing.TB, source string, limits Limits) *Policy {
	t.Helper()
	p, fault := New(compile(t, source), environment, limits)
	if fault != nil {
		t.Fatal(fault.Frame())
	}
	t.Cleanup(p.Close)
	return p
}

// body is a policy with this body of decide, which begins on line 3.
func body(statements string) string {
	return "import { backoff, hash } from 'spillway';\nexport default { decide(request, attempts, ctx) {\n" + statements + "\n} };"
}

// decide asks a policy with this body once.
func decide(t testing.TB, statements string, in engine.Input) engine.Decision {
	t.Helper()
	return policyOf(t, body(statements), patient).Decide(in)
}

// evaluate is the value of an expression in a policy, by way of JSON.
func evaluate(t testing.TB, expression string, in engine.Input) (any, engine.Decision) {
	t.Helper()
	d := decide(t, "const value = "+expression+";\nreturn { send: 'claude', body: { value } };", in)
	if d.Fault != nil {
		t.Fatalf("%s\n%s", expression, d.Fault.Frame())
	}
	var value any
	if raw, ok := d.Action.Send.Body["value"]; ok {
		if err := json.Unmarshal(raw, &value); err != nil {
			t.Fatal(err)
		}
	}
	return value, d
}

// noon is when most tests decide.
var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// input is a request with so many overloads behind it.
func input(attempts int) engine.Input {
	in := engine.Input{
		Request: &engine.Request{
			ID: "r1", API: engine.Anthropic, Path: "/v1/messages", Model: "claude-opus-5-5", MaxTokens: 4096, Stream: true, Bytes: 1234,
			Client:  engine.Client{Name: "batch", Priority: engine.Low},
			SDK:     engine.SDK{RetryCount: 1, Timeout: 90 * time.Second},
			Content: &content{},
		},
		Ctx: engine.Ctx{Now: noon, TimeLeft: time.Minute, StepsLeft: 8 - attempts, Seed: 42, World: &world{}},
	}
	for range attempts {
		in.Attempts = append(in.Attempts, engine.Attempt{
			Target: "claude", Model: "claude-opus-5-5", Status: 529, Reason: engine.ReasonOverloaded, Code: "overloaded_error", Message: "Overloaded",
			Retry: engine.RetrySame, RetryAfter: 1500 * time.Millisecond, Took: 250 * time.Millisecond, At: noon.Add(-time.Second), Kind: engine.KindHTTP,
			Edits: []string{"max_tokens;512"},
		})
	}
	return in
}

// content is a request's body; on, if set, is called at every access.
type content struct{ on func() }

func (c *content) touch() {
	if c.on != nil {
		c.on()
	}
}

func (c *content) Outline() engine.Outline {
	c.touch()
	return engine.Outline{
		InputTokens: 100, Messages: 3, ToolResults: 2, Tools: 1, ToolResultTokens: 40, Thinking: true, Movable: true, Conversation: "c0ffee",
		Metadata: json.RawMessage(`{"user_id":"u1"}`),
	}
}

func (c *content) Header(name string) string {
	c.touch()
	if strings.EqualFold(name, "anthropic-beta") {
		return "one"
	}
	return ""
}

func (c *content) Body() json.RawMessage {
	c.touch()
	return json.RawMessage(`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"h\u00e9"}]},{"role":"assistant"}],"temperature":0.5,"twice":1,"twice":2}`)
}

// world is a world in which claude is overloaded; asked counts the questions.
type world struct{ asked int }

func (w *world) Health(_, _ string) engine.Health {
	w.asked++
	return engine.Health{
		Paused: true, PausedFor: 1500 * time.Microsecond, Pauses: 1, Overloads: 5, ErrorRate: 0.25, InFlight: 2, Limit: 10, Queued: 3, Mismatches: 4,
		P50: 100 * time.Millisecond, P95: time.Second,
		RateLimits: engine.RateLimits{Tokens: engine.Allowance{Limit: 1000, Remaining: 10, Reset: noon.Add(3 * time.Second)}},
	}
}

func (w *world) OpensIn() (time.Duration, bool) { return 45 * time.Second, true }

func (w *world) Cost(_, model string) (float64, bool) {
	w.asked++
	return 0.25, model != "unheard-of"
}

func (w *world) Count(string) float64 {
	w.asked++
	return 7
}
