package runtime

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
)

// TestArguments evaluates expressions in a policy and compares their values as JSON.
func TestArguments(t *testing.T) {
	tests := []struct{ expression, want string }{
		{`request`, `{"id":"r1","api":"anthropic","path":"/v1/messages","model":"claude-opus-5-5","maxTokens":4096,"stream":true,"inputTokens":100,"bytes":1234,
			"messages":3,"toolResults":2,"toolResultTokens":40,"tools":1,"thinking":true,"movable":true,"conversation":"c0ffee",
			"client":{"name":"batch","priority":"low"},"sdk":{"retryCount":1,"timeout":90000}}`},
		{`{ ...request }.model`, `"claude-opus-5-5"`},
		{`Object.keys(request).length`, `18`}, // header is among them, body and metadata are not
		{`"body" in request && "metadata" in request`, `true`},
		{`"boddy" in request`, `false`},
		{`Object.entries(request.client)`, `[["name","batch"],["priority","low"]]`},
		{`request.metadata.user_id`, `"u1"`},
		{`request.body.messages[0].content[0].text`, `"hé"`},
		{`request.body.messages.map((m) => m.role)`, `["user","assistant"]`},
		{`request.body.messages.length`, `2`},
		{`request.body.messages[7] === undefined && request.body.nope === undefined`, `true`},
		{`request.body.messages[0] === request.body.messages[0]`, `true`},
		{`Array.isArray(request.body.messages)`, `true`},
		{`request.body`, `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"hé"}]},{"role":"assistant"}],"temperature":0.5,"twice":2}`},
		{`request.header("Anthropic-Beta") + request.header("none")`, `"one"`},
		{`attempts`, `[{"target":"claude","model":"claude-opus-5-5","status":529,"reason":"overloaded","code":"overloaded_error","message":"Overloaded",
			"retry":"same","retryAfter":1500,"ms":250,"at":1793534399000,"kind":"http","key":"","otherKey":false,"edits":["max_tokens;512"]}]`},
		{`[...attempts, ...attempts.filter((a) => a.status === 529)].length`, `2`},
		{`Object.keys(attempts[0]).length`, `14`},
		{`Object.isFrozen(attempts) && Array.isArray(attempts)`, `true`},
		{`attempts.at(-1).edits.includes("max_tokens;512")`, `true`},
		{`Object.keys(ctx)`, `["now","timeLeft","stepsLeft","opensIn","random","targets","health","cost","vars","count"]`},
		{`[ctx.now, ctx.timeLeft, ctx.stepsLeft, ctx.opensIn]`, `[1793534400000,60000,7,45000]`},
		{`ctx.targets`, `[{"name":"claude","dialect":"anthropic","models":{"opus":"claude-opus-5-5"},"price":{"claude-opus-5-5":{"input":5,"output":25,"cacheRead":0.5,"cacheWrite":6.25}}},
			{"name":"gpt","dialect":"openai","models":{},"price":{}}]`},
		{`ctx.vars`, `{"ladder":["a","b"],"deep":{"z":1,"a":2.5,"m":null}}`},
		{`Object.keys(ctx.vars.deep)`, `["a","m","z"]`},
		{`ctx.health("claude", "opus")`, `{"paused":true,"pausedFor":2,"pauses":1,"overloads":5,"errorRate":0.25,"inFlight":2,"limit":10,"queued":3,"mismatches":4,"p50":100,"p95":1000,
			"rateLimit":{"requests":null,"tokens":{"limit":1000,"remaining":10,"resetIn":3000},"inputTokens":null,"outputTokens":null}}`},
		{`ctx.health("gpt") === ctx.health("gpt") && ctx.health("gpt") !== ctx.health("gpt", "m")`, `true`},
		{`ctx.count("sheds") + ctx.count("sheds")`, `14`},
		{`[Date.now(), new Date().toISOString()]`, `[1793534400000,"2026-11-01T12:00:00.000Z"]`},
		{`hash("") + "," + hash("spillway") + "," + hash("é")`, `"2166136261,362569676,513665217"`},
		{`[ctx.health.name, ctx.random.name]`, `["health","random"]`},
	}
	for _, tt := range tests {
		t.Run(tt.expression, func(t *testing.T) {
			var want any
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			got, _ := evaluate(t, tt.expression, input(1))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
		})
	}
}

func TestArgumentsAtRest(t *testing.T) {
	in := engine.Input{
		Request:  &engine.Request{},
		Attempts: []engine.Attempt{{Reason: engine.ReasonPaused, Kind: engine.KindGate, At: time.UnixMilli(0)}},
	}
	got, _ := evaluate(t, `[request.movable, request.metadata, request.body, request.header("a"), request.client.priority, request.sdk.timeout, ctx.opensIn,
		ctx.health("claude").paused, ctx.count("c"), attempts[0].status, attempts[0].retryAfter, attempts[0].edits]`, in)
	want := []any{true, nil, nil, "", "normal", nil, 0.0, false, 0.0, nil, nil, []any{}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestABodyThatIsNotJSONIsNull(t *testing.T) {
	for _, text := range []string{"", "{", `{"a":1}x`, strings.Repeat("[", 100_000)} {
		in := input(0)
		in.Request.Content = textContent(text)
		if got, _ := evaluate(t, "request.body", in); got != nil {
			t.Errorf("%.20q: got %v", text, got)
		}
	}
}

type textContent string

func (textContent) Outline() engine.Outline { return engine.Outline{} }
func (textContent) Header(string) string    { return "" }
func (c textContent) Body() json.RawMessage { return json.RawMessage(c) }

func FuzzBody(f *testing.F) {
	f.Add(`{"a":[1,{"b":null},"é\ud83d"],"a":2,"":{}}`)
	f.Add(`[[],1e999,-0,"\u0000"]`)
	p := policyOf(f, body(`return { send: "claude", body: { twice: [request.body, JSON.parse(JSON.stringify(request.body))] } };`), patient)
	f.Fuzz(func(t *testing.T, text string) {
		in := input(0)
		in.Request.Content = textContent(text)
		d := p.Decide(in)
		if d.Fault != nil {
			t.Fatal(d.Fault.Frame())
		}
		var twice []any
		if err := json.Unmarshal(d.Action.Send.Body["twice"], &twice); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(twice[0], twice[1]); diff != "" {
			t.Errorf("not the same twice:\n%s", diff)
		}
	})
}

// TestTheArgumentsAreReadOnly also is the fact that a *struct argument could be changed from JavaScript.
func TestTheArgumentsAreReadOnly(t *testing.T) {
	tests := []struct{ statement, want string }{
		{`request.model = "x"`, `request.model is read-only`},
		{`request.extra = "x"`, `request.extra is read-only`},
		{`delete request.model`, `request.model is read-only`},
		{`Object.defineProperty(request, "model", { value: 1, writable: true, enumerable: true, configurable: true })`, `request.model is read-only`},
		{`request.client.name = "x"`, `request.client.name is read-only`},
		{`request.body.model = "x"`, "the request's body is read-only: return what should change as `body` of the action"},
		{`request.body.messages.push({})`, "the request's body is read-only: return what should change as `body` of the action"},
		{`request.metadata.user_id = "x"`, "the request's body is read-only: return what should change as `body` of the action"},
		{`attempts[0].status = 200`, `attempt.status is read-only`},
		{`attempts[0].edits.push("x")`, `Cannot add property 1, object is not extensible`},
		{`attempts.push({})`, `Cannot add property 1, object is not extensible`},
		{`attempts[0] = {}`, ``},
		{`ctx.now = 1`, `ctx.now is read-only`},
		{`ctx.vars.ladder = []`, `Cannot assign to read only property 'ladder'`},
		{`ctx.vars.ladder[0] = "x"`, ``},
		{`ctx.vars.deep.a = "x"`, `Cannot assign to read only property 'a'`},
		{`ctx.targets[0].models.opus = "x"`, `Cannot assign to read only property 'opus'`},
		{`ctx.health("claude").overloads = 0`, `health.overloads is read-only`},
	}
	for _, tt := range tests {
		d := decide(t, tt.statement+`; return { send: "claude" };`, input(1))
		want := "decide threw TypeError: " + tt.want
		if tt.want == "" { // goja says no more
			want = "decide threw TypeError"
		}
		if d.Fault == nil || d.Fault.Message != want {
			t.Errorf("%s: got %v, want %s", tt.statement, d.Fault, want)
		}
	}
}

func TestUnknownNamesThrow(t *testing.T) {
	tests := []struct{ expression, want string }{
		{`request.modle`, `request has no "modle" (did you mean "model"?)`},
		{`request.client.nmae`, `request.client has no "nmae" (did you mean "name"?)`},
		{`attempts[0].retryafter`, `attempt has no "retryafter" (did you mean "retryAfter"?)`},
		{`ctx.timeleft`, `ctx has no "timeleft" (did you mean "timeLeft"?)`},
		{`ctx.health("claude").quarks`, `health has no "quarks"`},
		{`ctx.health("claude").rateLimit.token`, `health.rateLimit has no "token" (did you mean "tokens"?)`},
		{`ctx.health("cluade")`, `ctx.health: unknown target "cluade" (did you mean "claude"?)`},
		{`ctx.health()`, `ctx.health: argument 1 must be a string`},
		{`ctx.health("claude", 5)`, `ctx.health: argument 2 must be a string`},
		{`ctx.count()`, `ctx.count: argument 1 must be a string`},
		{`request.header()`, `request.header: argument 1 must be a string`},
		{`hash(5)`, `hash: the argument must be a string, not 5`},
		{`backoff("one")`, `backoff: n, base and cap must be numbers, not one, 1000, 60000`},
	}
	for _, tt := range tests {
		d := decide(t, "return "+tt.expression+";", input(1))
		if want := "decide threw TypeError: " + tt.want; d.Fault == nil || d.Fault.Message != want || d.Fault.Line != 3 {
			t.Errorf("%s: got %v, want %s", tt.expression, d.Fault, want)
		}
	}
}

func TestBackoff(t *testing.T) {
	for _, tt := range []struct {
		arguments string
		ceiling   float64
	}{
		{"0", 1000}, {"1", 1000}, {"2", 2000}, {"5", 16000}, {"7", 60000}, {"5000", 60000}, {"3, { base: 10 }", 40}, {"3, { base: 10, cap: 15 }", 15},
	} {
		got, _ := evaluate(t, "Array.from({ length: 500 }, () => backoff("+tt.arguments+"))", input(0))
		least, most := tt.ceiling, 0.0
		for _, v := range got.([]any) {
			least, most = min(least, v.(float64)), max(most, v.(float64))
		}
		if least < 1 || least > tt.ceiling/10 || most > tt.ceiling || most < tt.ceiling*0.9 {
			t.Errorf("backoff(%s) went from %v to %v, want about 1 to %v", tt.arguments, least, most, tt.ceiling)
		}
	}
}
