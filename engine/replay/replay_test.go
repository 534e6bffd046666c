package replay_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"spillway/engine"
	"spillway/engine/replay"
	"spillway/engine/runtime"
	"spillway/engine/script"
)

// everything says in its action whatever it can look at without making the decision unfit for replay.
const everything = `
import { backoff, hash } from "spillway";
export function decide(request, attempts, ctx) {
	return { send: "claude", after: backoff(3), count: { x: ctx.random() }, because: JSON.stringify([
		request, ctx.now, new Date().getTime(), Math.random(), ctx.timeLeft, ctx.stepsLeft, ctx.opensIn, ctx.targets, ctx.vars, ctx.count("x"), ctx.cost("claude"), ctx.cost("gpt", "gpt-5.6"),
		ctx.health("claude"), ctx.health("claude", "opus"), ctx.health("gpt", request.model), request.client, request.sdk,
		attempts.map((a) => [a.target, a.model, a.status, a.reason, a.code, a.retry, a.retryAfter, a.ms, a.at, a.kind, a.edits, a.key, a.otherKey]),
	]) };
}`

func compile(t *testing.T, text string) *script.Program {
	t.Helper()
	program, faults := script.Compile(fstest.MapFS{"policy.ts": {Data: []byte(text)}}, "policy.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	return program
}

var environment = engine.Environment{
	Targets: []engine.Target{
		{Name: "claude", Dialect: engine.Anthropic, Models: map[string]string{"opus": "claude-opus-5-5"}, Price: map[string]engine.Price{"claude-opus-5-5": {Input: 5, Output: 25}}},
		{Name: "gpt", Dialect: engine.OpenAI},
	},
	Vars: map[string]any{"ladder": []any{"a", 1, 2.5, nil, true}, "token": secret},
}

const secret = "a-secret-of-the-environment"

var shown = map[string]any{"ladder": []any{"a", 1, 2.5, nil, true}, "token": "sha256:00"}

// decide lets a policy decide, and gives the lines of a log with that decision.
func decide(t *testing.T, text string, in engine.Input, env engine.Environment, shown map[string]any) []byte {
	t.Helper()
	policy, fault := runtime.New(compile(t, text), env, runtime.Limits{Decide: time.Minute})
	if fault != nil {
		t.Fatal(fault)
	}
	defer policy.Close()
	made := replay.Made{Snapshot: replay.NewSnapshot("r1", env, shown), Policy: "policy", Number: 1, Input: in, Decision: policy.Decide(in)}
	var log bytes.Buffer
	lines := replay.NewWriter(&log)
	for _, line := range []replay.Line{made.Snapshot.Line(), made.Line()} {
		if err := lines.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	return log.Bytes()
}

// again replays a log of one decision.
func again(t *testing.T, log []byte, text string, vars, shown map[string]any) replay.Result {
	t.Helper()
	policy := replay.NewPolicy(compile(t, text), vars, shown)
	defer policy.Close()
	lines := replay.NewReader(bytes.NewReader(log))
	environment, err := lines.Next()
	if err != nil {
		t.Fatal(err)
	}
	policy.Enter(environment.Environment)
	decision, err := lines.Next()
	if err != nil {
		t.Fatal(err)
	}
	result, err := policy.Replay(decision.Decision)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// The same policy decides the same again, to the last digit of all that it can see.
func TestAnUnchangedPolicyChangesNothing(t *testing.T) {
	for seed := range uint64(30) {
		in := input(rand.New(rand.NewPCG(seed, 1)))
		log := decide(t, everything, in, environment, shown)
		if result := again(t, log, everything, environment.Vars, shown); result.Verdict != replay.Same {
			t.Fatalf("%s %s\n%s\n%s\n%s", result.Verdict, result.Why, result.Before, result.After, log)
		}
		if strings.Contains(string(log), secret) {
			t.Fatalf("the log tells a secret: %s", log)
		}
		other := strings.Replace(everything, "ctx.stepsLeft", "1 + ctx.stepsLeft", 1)
		if result := again(t, log, other, environment.Vars, shown); result.Verdict != replay.Changed || result.Change.Kind != "because alone" {
			t.Fatalf("%s %s: %v", result.Verdict, result.Why, result.Change)
		}
	}
}

func TestWhatIsNotKeptIsNotGuessed(t *testing.T) {
	const send = `send: "claude"`
	plain := `export function decide(request, attempts, ctx) { return { ` + send + ` } }`
	reading := func(what string) string {
		return `export function decide(request, attempts, ctx) { ` + what + `; return { ` + send + ` } }`
	}
	tests := map[string]struct {
		policy, other string
		why           string
	}{
		"the policy read the body":       {reading(`request.body`), plain, "kept as a hash only: request.body"},
		"the other one reads the body":   {plain, reading(`request.body`), "the policy now reads what is not kept: request.body"},
		"a header":                       {plain, reading(`request.header("x-team")`), "the policy now reads what is not kept: request.header(x-team)"},
		"a target's message":             {plain, reading(`attempts[0].message`), "the policy now reads what is not kept: attempt.message"},
		"the health of another gate":     {reading(`ctx.health("claude")`), reading(`ctx.health("gpt")`), "the policy now reads what was not recorded: ctx.health(gpt)"},
		"a counter":                      {plain, reading(`ctx.count("x")`), "the policy now reads what was not recorded: ctx.count(x)"},
		"the forecast":                   {plain, reading(`ctx.opensIn`), "the policy now reads what was not recorded: ctx.opensIn"},
		"an estimate":                    {reading(`request.tools`), reading(`request.inputTokens`), "the policy now reads what was not recorded: request.inputTokens"},
		"a policy that does not load":    {plain, `export function nothing() {}`, "the policy does not load with the targets and vars of revision r1: policy.ts: the file exports no function decide"},
		"a policy that was stopped once": {`export function decide() { for (;;); }`, plain, "the policy was stopped or not called (timed_out), which depends on the machine"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := input(rand.New(rand.NewPCG(1, 1)))
			var log []byte
			if strings.Contains(name, "stopped") {
				log = bytes.ReplaceAll(decide(t, `export function decide() { throw new Error("x"); }`, in, engine.Environment{Targets: environment.Targets}, nil),
					[]byte(`"outcome":"threw"`), []byte(`"outcome":"timed_out"`))
			} else {
				log = decide(t, test.policy, in, engine.Environment{Targets: environment.Targets}, nil)
			}
			result := again(t, log, test.other, nil, nil)
			if result.Verdict != replay.Unknown || !strings.HasPrefix(result.Why, test.why) {
				t.Errorf("%s: %q, want %q", result.Verdict, result.Why, test.why)
			}
		})
	}
}

func TestMaskedVarsNeedTheirConfiguration(t *testing.T) {
	log := decide(t, everything, input(rand.New(rand.NewPCG(1, 1))), environment, shown)
	for name, mine := range map[string]map[string]any{"none": nil, "another": {"ladder": nil, "token": "sha256:11"}} {
		if result := again(t, log, everything, environment.Vars, mine); result.Verdict != replay.Unknown || !strings.Contains(result.Why, "--config") {
			t.Errorf("%s: %s %s", name, result.Verdict, result.Why)
		}
	}
}

// No line holds what was said, whichever way a policy takes it there.
func TestNoLineTellsWhatWasSaid(t *testing.T) {
	const prompt, key = "words that nobody else may read", "sk-ant-api03-abcdef"
	in := input(rand.New(rand.NewPCG(1, 1)))
	in.Request.Model = prompt
	in.Request.Content = content{body: `{"messages":"` + prompt + `"}`, header: prompt, outline: engine.Outline{Metadata: json.RawMessage(`"` + prompt + `"`)}}
	for i := range in.Attempts {
		in.Attempts[i].Message, in.Attempts[i].Code, in.Attempts[i].Edits = prompt, key, []string{"trim;" + prompt}
	}
	for _, action := range []string{
		`request.body; return { send: "claude", because: request.body.messages }`,
		`return { send: "claude", because: request.header("x-a") }`,
		`return { send: "claude", because: attempts.at(-1).message }`,
		`return { send: "claude", model: request.metadata }`,
		`return { send: "claude", headers: { "x-a": request.body.messages, "x-b": "` + key + `" }, body: { a: request.body, b: "` + key + `" } }`,
		`return { fail: { status: 400, message: request.body.messages } }`,
		`return { send: "claude", count: { [request.body.messages]: 1 } }`,
		`return { send: "claude", trim: { except: [request.body.messages], placeholder: request.body.messages } }`,
		`ctx.count(request.body.messages); request.header(request.body.messages); return { send: "claude" }`,
		`throw new Error(request.body.messages)`,
		`return { [request.body.messages]: 1 }`,
		`return { send: "claude", because: ctx.vars.token + "` + key + `" }`,
		`return { send: "claude", model: ctx.vars.token }`,
	} {
		log := string(decide(t, `export function decide(request, attempts, ctx) { `+action+` }`, in, environment, shown))
		for _, word := range []string{prompt, key, secret} {
			if strings.Contains(log, word) {
				t.Errorf("%s\n%q is in\n%s", action, word, log)
			}
		}
	}
}

type content struct {
	outline      engine.Outline
	body, header string
}

func (c content) Outline() engine.Outline { return c.outline }
func (c content) Header(string) string    { return c.header }
func (c content) Body() json.RawMessage   { return json.RawMessage(c.body) }

// world is at random, but always says the same.
type world struct{ seed uint64 }

func (w world) Health(target, model string) engine.Health {
	r := rand.New(rand.NewPCG(w.seed, uint64(len(target+model))))
	h := engine.Health{
		Paused: r.IntN(2) > 0, PausedFor: time.Duration(r.Int64N(1e12)), Pauses: r.IntN(9), Overloads: r.IntN(9), ErrorRate: r.Float64(),
		InFlight: r.IntN(99), Limit: r.IntN(999), Queued: r.IntN(99), Mismatches: r.IntN(3), P50: time.Duration(r.Int64N(1e11)), P95: time.Duration(r.Int64N(1e11)),
	}
	h.RateLimits.Tokens = engine.Allowance{Limit: r.IntN(999), Remaining: r.IntN(99), Reset: moment.Add(time.Duration(r.Int64N(1e11)))}
	h.RateLimits.Requests = engine.Allowance{Limit: 1 + r.IntN(999)}
	return h
}

func (w world) OpensIn() (time.Duration, bool) { return time.Duration(w.seed * 1234567), w.seed%3 > 0 }
func (w world) Cost(_, model string) (float64, bool) {
	return float64(w.seed) / 7, model != ""
}
func (w world) Count(string) float64 { return float64(w.seed) / 3 }

var moment = time.Date(2026, 11, 25, 22, 0, 0, 123456789, time.UTC)

func input(r *rand.Rand) engine.Input {
	in := engine.Input{
		Request: &engine.Request{
			ID: "mf3k2a-1c", API: engine.Anthropic, Path: "/v1/messages", Model: "claude-opus-5-5", MaxTokens: r.IntN(9999), Stream: r.IntN(2) > 0,
			Bytes: r.IntN(99999), Client: engine.Client{Name: "app", Priority: engine.Low}, SDK: engine.SDK{RetryCount: r.IntN(3), Timeout: time.Duration(r.Int64N(1e12))},
			Content: content{outline: engine.Outline{
				InputTokens: r.IntN(99999), Messages: r.IntN(99), ToolResults: r.IntN(9), ToolResultTokens: r.IntN(999), Tools: r.IntN(9),
				Thinking: r.IntN(2) > 0, Movable: r.IntN(2) > 0, Conversation: fmt.Sprintf("%016x", r.Uint64()),
			}},
		},
		Ctx: engine.Ctx{Now: moment, TimeLeft: time.Duration(r.Int64N(1e12)), StepsLeft: r.IntN(9), Seed: r.Uint64() >> 11, World: world{r.Uint64() % 100}},
	}
	for range 1 + r.IntN(4) {
		in.Attempts = append(in.Attempts, engine.Attempt{
			Target: "claude", Model: "claude-opus-5-5", Status: r.IntN(2) * 529, Reason: engine.ReasonOverloaded, Code: "overloaded_error", Message: "Overloaded",
			Retry: engine.RetrySame, RetryAfter: time.Duration(r.Int64N(2) * r.Int64N(1e11)), Took: time.Duration(r.Int64N(1e11)),
			At: moment.Add(-time.Duration(r.Int64N(1e12))), Kind: engine.KindHTTP, Key: "0a1b2c3d", OtherKey: r.IntN(2) > 0, Edits: []string{"model;from=a;to=b", "trim;tool_results=3"},
		})
	}
	return in
}
