package runtime

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
)

func TestReadsAreRecordedOnceAndInOrder(t *testing.T) {
	d := decide(t, `
		request.stream; request.model; request.stream; request.client.name; request.sdk.timeout;
		ctx.opensIn; ctx.vars.ladder; ctx.targets.length; attempts.length; attempts[0].status; ctx.count("sheds"); ctx.count("sheds");
		ctx.cost("claude", "opus"); ctx.cost("claude", "opus"); ctx.cost("gpt"); ctx.cost("gpt", "unheard-of");
		return { send: "claude" };`, input(1))
	want := []engine.Read{
		{Name: "request.stream", Value: true},
		{Name: "request.model", Value: "claude-opus-5-5"},
		{Name: "request.client.name", Value: "batch"},
		{Name: "request.sdk.timeout", Value: int64(90000)},
		{Name: "ctx.opensIn", Value: int64(45000)},
		{Name: "ctx.count(sheds)", Value: 7.0},
		{Name: "ctx.cost(claude, opus)", Value: 0.25},
		{Name: "ctx.cost(gpt)", Value: 0.25},
		{Name: "ctx.cost(gpt, unheard-of)", Value: nil},
	}
	if diff := cmp.Diff(want, d.Reads); diff != "" {
		t.Errorf("reads (-want +got):\n%s", diff)
	}
	if !d.Replayable {
		t.Error("not replayable")
	}
}

func TestHealthIsRecordedWhole(t *testing.T) {
	d := decide(t, `return { send: ctx.health("claude", "opus").paused && ctx.health("claude").paused ? "gpt" : "claude" };`, input(1))
	var names []string
	for _, read := range d.Reads {
		names = append(names, read.Name)
		text, err := json.Marshal(read.Value)
		if err != nil {
			t.Fatal(err)
		}
		var seen map[string]any
		if err := json.Unmarshal(text, &seen); err != nil {
			t.Fatal(err)
		}
		if seen["overloads"] != 5.0 || seen["pausedFor"] != 2.0 || len(seen) != len(healthShape.fields) {
			t.Errorf("%s: %s", read.Name, text)
		}
	}
	if diff := cmp.Diff([]string{"ctx.health(claude, opus)", "ctx.health(claude)"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestTheWorldSaysTheSameThroughoutADecision(t *testing.T) {
	in, w := input(1), &world{}
	in.Ctx.World = w
	decide(t, `for (let i = 0; i < 5; i++) { ctx.health("claude", request.model); ctx.count("sheds"); ctx.cost("gpt"); } return { send: "claude" };`, in)
	if w.asked != 3 {
		t.Errorf("the world was asked %d times, want 3", w.asked)
	}
}

func TestWhatMustNotBeKeptIsRecordedAsAHash(t *testing.T) {
	for _, tt := range []struct{ expression, name string }{
		{"request.body", "request.body"},
		{"request.metadata", "request.metadata"},
		{"request.header('anthropic-beta')", "request.header(anthropic-beta)"},
		{"request.header('absent')", "request.header(absent)"},
		{"attempts[0].message", "attempt.message"},
	} {
		_, d := evaluate(t, tt.expression+" && "+tt.expression, input(1))
		if d.Replayable {
			t.Errorf("%s: replayable", tt.expression)
		}
		value, _ := d.Reads[0].Value.(string)
		if len(d.Reads) != 1 || d.Reads[0].Name != tt.name || !strings.HasPrefix(value, "sha256:") || len(value) != len("sha256:")+64 {
			t.Errorf("%s: recorded %v", tt.expression, d.Reads)
		}
	}
}

func TestSpreadAndJSONDoNotReadTheBody(t *testing.T) {
	_, d := evaluate(t, "JSON.stringify({ ...request }) + JSON.stringify(request)", input(1))
	if !d.Replayable {
		t.Errorf("reads %v", d.Reads)
	}
}

func TestTheSameSeedDecidesTheSame(t *testing.T) {
	p := policyOf(t, body(`return { send: "claude", body: { seen: [Math.random(), ctx.random(), backoff(3), Math.random(), Date.now(), new Date().getTime()] } };`), patient)
	first := p.Decide(input(2))
	for name, ask := range map[string]func(engine.Input) engine.Decision{"pooled": p.Decide, "fresh": p.DecideFresh} {
		if diff := cmp.Diff(first.Action, ask(input(2)).Action); diff != "" {
			t.Errorf("%s runtime decides differently:\n%s", name, diff)
		}
	}
	other := input(2)
	other.Ctx.Seed++
	if cmp.Equal(first.Action, p.Decide(other).Action) {
		t.Error("another seed decides the same")
	}
	if len(first.Reads) != 1 || first.Reads[0].Name != "ctx.random()" {
		t.Errorf("reads %v", first.Reads)
	}
}

func TestAnIdleRuntimeHoldsNothingOfTheRequest(t *testing.T) {
	p := policyOf(t, body(`request.body; request.metadata; ctx.health("claude"); return { send: "claude" };`), patient)
	p.Decide(input(1))
	i := p.pool.idle[0].instance
	c := &i.call
	if c.request.from != nothing.Request || c.in.Request != nothing.Request || c.in.Attempts != nil || c.in.Ctx.World != nil || c.body != nil || c.metadata != nil || len(c.health) > 0 {
		t.Errorf("call %+v", c)
	}
	if i.asked.Request != nil || i.given.Reads != nil {
		t.Errorf("asked %v, given %v", i.asked, i.given)
	}
}
