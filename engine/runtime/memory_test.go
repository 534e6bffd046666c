package runtime

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
)

// first is an input without attempts.
func first() engine.Input { return input(0) }

// TestADecisionIsRecalledForWhatLooksTheSame asks once, changes one thing that the policy looked at or did not look at, and asks
// whether the policy must be called again.
func TestADecisionIsRecalledForWhatLooksTheSame(t *testing.T) {
	for _, tt := range []struct {
		name, statements string
		change           func(*engine.Input)
		recalled         bool
	}{
		{"nothing asked", `return { send: "claude" };`, func(in *engine.Input) { in.Request.Model = "other" }, true},
		{"another model, not looked at", `request.stream; return { send: "claude" };`, func(in *engine.Input) { in.Request.Model = "other" }, true},
		{"another model", `return { send: "claude", model: request.model };`, func(in *engine.Input) { in.Request.Model = "other" }, false},
		{"another client", `return { send: "claude", because: request.client.name };`, func(in *engine.Input) { in.Request.Client.Name = "x" }, false},
		{"another timeout", `request.sdk.timeout; return { send: "claude" };`, func(in *engine.Input) { in.Request.SDK.Timeout++ }, false},
		{"less time", `return { send: "claude", queue: ctx.timeLeft };`, func(in *engine.Input) { in.Ctx.TimeLeft -= time.Second }, false},
		{"as much time in whole ms", `return { send: "claude", queue: ctx.timeLeft };`, func(in *engine.Input) { in.Ctx.TimeLeft -= 10 }, true},
		{"another health, not looked at", `ctx.health("claude").paused; return { send: "claude" };`, func(in *engine.Input) { in.Ctx.World = tired{inFlight: 9} }, true},
		{"another health", `ctx.health("claude").inFlight; return { send: "claude" };`, func(in *engine.Input) { in.Ctx.World = tired{inFlight: 9} }, false},
		{"another counter", `ctx.count("n"); return { send: "claude" };`, func(in *engine.Input) { in.Ctx.World = tired{count: 9} }, false},
		{"what it costs", `ctx.cost("claude"); return { send: "claude" };`, func(*engine.Input) {}, false},
		{"another moment", `Date.now(); return { send: "claude" };`, func(*engine.Input) {}, false},
		{"ctx.now", `ctx.now; return { send: "claude" };`, func(*engine.Input) {}, false},
		{"the request's name", `request.id; return { send: "claude" };`, func(*engine.Input) {}, false},
		{"a random number", `Math.random(); return { send: "claude" };`, func(*engine.Input) {}, false},
		{"ctx.random", `ctx.random(); return { send: "claude" };`, func(*engine.Input) {}, false},
		{"the body", `request.body; return { send: "claude" };`, func(*engine.Input) {}, false},
		{"a header", `request.header("x"); return { send: "claude" };`, func(*engine.Input) {}, false},
		{"rate limits", `ctx.health("claude").rateLimit.requests; return { send: "claude" };`, func(*engine.Input) {}, false},
		{"an attempt", `return { send: "claude" };`, func(in *engine.Input) { in.Attempts = input(1).Attempts }, false},
		{"a fault", `throw new Error("no");`, func(*engine.Input) {}, false},
	} {
		p := policyOf(t, body(tt.statements), patient)
		in := first()
		in.Ctx.World = tired{}
		if _, known := p.Recall(in); known {
			t.Errorf("%s: recalled before it was asked", tt.name)
		}
		p.Decide(in)
		request := *in.Request
		in.Request = &request
		tt.change(&in)
		if _, known := p.Recall(in); known != tt.recalled {
			t.Errorf("%s: recalled %v, want %v", tt.name, known, tt.recalled)
		}
	}
}

// TestALaterDecisionIsRecalledForWhatLooksTheSame does the same for a decision after two attempts.
func TestALaterDecisionIsRecalledForWhatLooksTheSame(t *testing.T) {
	nothing := func(*engine.Input) {}
	for _, tt := range []struct {
		name, statements string
		change           func(*engine.Input)
		recalled         bool
	}{
		{"nothing asked", `return { fail: "last" };`, func(in *engine.Input) { in.Attempts[1].Reason = engine.ReasonPaused }, true},
		{"the same reason", `attempts.at(-1).reason; return { fail: "last" };`, nothing, true},
		{"another reason", `attempts.at(-1).reason; return { fail: "last" };`, func(in *engine.Input) { in.Attempts[1].Reason = engine.ReasonPaused }, false},
		{"another reason before", `attempts.at(-1).reason; return { fail: "last" };`, func(in *engine.Input) { in.Attempts[0].Reason = engine.ReasonPaused }, true},
		{"the other one's reason", `attempts.map((a) => a.reason); return { fail: "last" };`, func(in *engine.Input) { in.Attempts[0].Reason = engine.ReasonPaused }, false},
		{"another wait", `attempts[0].retryAfter; return { fail: "last" };`, func(in *engine.Input) { in.Attempts[0].RetryAfter = 0 }, false},
		{"another key", `attempts[0].otherKey; return { fail: "last" };`, func(in *engine.Input) { in.Attempts[0].OtherKey = true }, false},
		{"one attempt more", `return { fail: "last" };`, func(in *engine.Input) { in.Attempts = append(in.Attempts, in.Attempts[0]) }, false},
		{"one attempt less", `return { fail: "last" };`, func(in *engine.Input) { in.Attempts = in.Attempts[:1] }, false},
		{"when it was", `attempts[0].at; return { fail: "last" };`, nothing, false},
		{"how long it took", `attempts[0].ms; return { fail: "last" };`, nothing, false},
		{"the target's words", `attempts[0].message; return { fail: "last" };`, nothing, false},
		{"no words", `attempts[1].message; return { fail: "last" };`, func(in *engine.Input) { in.Attempts[1].Message = "" }, false},
		{"edits", `attempts[0].edits; return { fail: "last" };`, nothing, false},
		{"all of it", `JSON.stringify(attempts); return { fail: "last" };`, nothing, false},
	} {
		p := policyOf(t, body(tt.statements), patient)
		in := input(2)
		p.Decide(in)
		in.Attempts = slices.Clone(in.Attempts)
		tt.change(&in)
		if _, known := p.Recall(in); known != tt.recalled {
			t.Errorf("%s: recalled %v, want %v", tt.name, known, tt.recalled)
		}
	}
	p := policyOf(t, body(`return { fail: "last" };`), patient)
	if p.Decide(input(maxAttempts + 1)); p.memories[maxAttempts].root.Load() != nil {
		t.Error("a decision after many attempts is kept")
	}
	if _, known := p.Recall(input(maxAttempts + 1)); known {
		t.Error("a decision after many attempts is recalled")
	}
}

// TestWhatIsRecalledIsWhatWouldBeDecided goes through many inputs, in a policy with many ways through it.
func TestWhatIsRecalledIsWhatWouldBeDecided(t *testing.T) {
	p := policyOf(t, body(`
		const last = attempts.at(-1);
		if (last?.retry === "never") return { fail: "last", because: last.target };
		if (last?.reason === "paused") return { send: "gpt", because: attempts.map((a) => a.reason).join() };
		if (request.stream) return { send: "claude", queue: ctx.timeLeft, because: request.model };
		const { overloads, paused } = ctx.health("claude", request.model);
		if (paused) return { send: "gpt", count: { paused: 1 } };
		if (overloads > 3) return { fail: { status: 529, message: "later" } };
		return { send: "claude", model: request.client.priority === "low" ? "small" : undefined, maxTokens: request.maxTokens || 100 };`), patient)
	recalled := 0
	for round := range 2 {
		for n := range 120 {
			in := first()
			in.Request = &engine.Request{
				Model: "m" + strconv.Itoa(n%3), Stream: n%2 == 0, MaxTokens: n % 4,
				Client: engine.Client{Priority: [...]engine.Priority{engine.Low, engine.High}[n/2%2]},
			}
			for i := range n % 3 {
				in.Attempts = append(in.Attempts, engine.Attempt{
					Target: "t" + strconv.Itoa(n%2), Took: time.Duration(n+round) * time.Second,
					Reason: [...]engine.Reason{engine.ReasonPaused, engine.ReasonOverloaded}[(n/3+i)%2],
					Retry:  [...]engine.Retry{engine.RetryNever, engine.RetrySame}[n/4%2],
				})
			}
			in.Ctx.World = tired{overloads: n % 5, paused: n%7 == 0, inFlight: n + round}
			got, known := p.Recall(in)
			want := p.Decide(in)
			if !known {
				continue
			}
			recalled++
			if diff := cmp.Diff(want.Action, got.Action); diff != "" || want.At != got.At {
				t.Fatalf("%d: decided %s, recalled %s:\n%s", n, want.At, got.At, diff)
			}
			if diff := cmp.Diff(fmt.Sprintf("%+v", want.Reads), fmt.Sprintf("%+v", got.Reads)); diff != "" {
				t.Fatalf("%d: reads:\n%s", n, diff)
			}
			if !got.Recalled || want.Recalled || got.Replayable != want.Replayable || got.Outcome != want.Outcome {
				t.Fatalf("%d: decided %+v, recalled %+v", n, want, got)
			}
		}
	}
	if recalled < 120 {
		t.Errorf("recalled %d of 240 decisions", recalled)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	p := policyOf(t, body(`return { send: "claude", model: request.model };`), patient)
	in := first()
	for n := range 10 * maxAnswers {
		in.Request = &engine.Request{Model: strconv.Itoa(n)}
		p.Decide(in)
		if got := len(p.memories[0].root.Load().answers); got > maxAnswers {
			t.Fatalf("%d answers to one question are kept", got)
		}
	}
	if p.memories[0].forgets[question{of: ofRequest, field: requestShape.index["model"]}] <= maxForgets {
		t.Error("a question whose answers are all different is not given up")
	}
}

func TestAPolicyThatIsNoFunctionIsNotRecalled(t *testing.T) {
	p := policyOf(t, "let calls = 0;\nexport default { decide(request, attempts, ctx) { return { send: 'claude', because: calls++ ? request.model : request.path }; } };", patient)
	in := first()
	p.Decide(in)
	in.Request = &engine.Request{Path: "/other"}
	p.Decide(in)
	if _, known := p.Recall(in); known || !p.memories[0].off {
		t.Error("recalled")
	}
}

// tired is a world in which some things have happened.
type tired struct {
	overloads, inFlight int
	paused              bool
	count               float64
}

func (w tired) Health(string, string) engine.Health {
	return engine.Health{Overloads: w.overloads, InFlight: w.inFlight, Paused: w.paused}
}
func (w tired) OpensIn() (time.Duration, bool)      { return 0, true }
func (w tired) Cost(string, string) (float64, bool) { return w.count, true }
func (w tired) Count(string) float64                { return w.count }

func BenchmarkRecall(b *testing.B) {
	p := policyOf(b, overload, patient)
	in := input(0)
	p.Decide(in)
	b.ReportAllocs()
	for b.Loop() {
		if _, known := p.Recall(in); !known {
			b.Fatal("not recalled")
		}
	}
}
