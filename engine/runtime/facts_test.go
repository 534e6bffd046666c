package runtime

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dop251/goja"

	"spillway/engine"
	"spillway/engine/script"
)

// The tests of this file hold what was measured on goja and what this package is built around.

// hooked is a policy in an environment in which ctx.vars.hook() calls a Go function that neither goja nor the package knows
// of: a stand-in for the built-in functions that cannot be interrupted.
func hooked(t *testing.T, program *script.Program, limits Limits, hook func()) *Policy {
	t.Helper()
	env := environment
	env.Vars = map[string]any{"hook": func(goja.FunctionCall) goja.Value { hook(); return goja.Undefined() }}
	p, fault := New(program, env, limits)
	if fault != nil {
		t.Fatal(fault.Frame())
	}
	t.Cleanup(p.Close)
	return p
}

func TestRuntimesAreReused(t *testing.T) {
	p := policyOf(t, body(`return { send: "claude" };`), patient)
	for range 100 {
		p.Decide(input(0))
	}
	if got := p.Stats(); got.Born != 1 || got.Idle != 1 {
		t.Errorf("stats %+v", got)
	}
}

func TestConcurrentDecisionsDoNotMix(t *testing.T) {
	p := policyOf(t, body(`
		const model = request.model, name = request.header("anthropic-beta");
		const last = attempts.at(-1), health = ctx.health("claude");
		return { send: "claude", model: request.model === model && name === "one" && last.target === "claude" && health.overloads === 5 ? model : "mixed" };`), patient)
	var wg sync.WaitGroup
	for g := range 16 {
		model := "model-" + string(rune('a'+g))
		wg.Go(func() {
			for range 200 {
				in := input(2)
				in.Request.Model = model
				if d := p.Decide(in); d.Fault != nil || d.Action.Send.Model != model || d.Reads[0].Value != model {
					t.Errorf("asked with %s: %+v, %v", model, d.Action.Send, d.Fault)
				}
			}
		})
	}
	wg.Wait()
	if got := p.Stats(); got.Born > int64(cap(p.pool.slots)) {
		t.Errorf("%d runtimes for %d slots", got.Born, cap(p.pool.slots))
	}
}

func TestAnEndlessLoopIsInterrupted(t *testing.T) {
	for _, loop := range []string{
		`while (true) {}`, `for (;;) try { throw 1; } catch {}`, `try { while (true) {} } finally { while (true) {} }`,
		`return { get send() { while (true) {} } };`, `Promise.resolve().then(() => { while (true) {} }); return { send: "claude" };`,
		`[1].map(() => { while (true) {} });`, `for (const x of (function* () { while (true) yield 1; })()) {}`,
	} {
		p := policyOf(t, body("if (request.stream) {\n"+loop+"\n}\nreturn { send: 'claude' };"), Limits{Decide: 8 * time.Millisecond})
		d := p.Decide(input(0))
		if d.Outcome != engine.OutcomeTimedOut || d.Fault.Message != "decide took longer than 8ms" || d.Fault.File != "policy.ts" || d.Action.Send != nil {
			t.Errorf("%s: %s, %v", loop, d.Outcome, d.Fault)
		}
		if len(d.Reads) != 1 || d.Reads[0].Name != "request.stream" {
			t.Errorf("%s: reads %v", loop, d.Reads)
		}
	}
}

// A late Interrupt leaked into the next borrower of a runtime. Here calls end in the very moment in which their time is up,
// hundreds of times, each followed by one that has all the time it needs.
func TestAnInterruptionNeverReachesTheNextCall(t *testing.T) {
	program := compile(t, body(`if (request.stream) ctx.vars.hook(); return { send: "claude" };`))
	synctest.Test(t, func(t *testing.T) {
		const limit = 4 * time.Millisecond
		p := hooked(t, program, Limits{Decide: limit}, func() { time.Sleep(limit) })
		quick, timedOut := input(0), 0
		quick.Request.Stream = false
		for range 100 {
			if d := p.Decide(input(0)); d.Outcome == engine.OutcomeTimedOut {
				timedOut++
			}
			if d := p.Decide(quick); d.Outcome != engine.OutcomeDecided {
				t.Fatalf("the next call: %v", d.Fault)
			}
		}
		if timedOut == 0 || timedOut == 100 {
			t.Errorf("%d of 100 calls timed out: the moment was missed", timedOut)
		}
	})
}

func TestACallThatCannotBeInterruptedIsAbandoned(t *testing.T) {
	program := compile(t, body(`request.stream; ctx.vars.hook(); return { send: "claude" };`))
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := hooked(t, program, Limits{}, func() { <-release })
		began := time.Now()
		d := p.Decide(input(0))
		if took := time.Since(began); took != 20*time.Millisecond+grace {
			t.Errorf("decided after %v", took)
		}
		if d.Outcome != engine.OutcomeAbandoned || d.Fault.Error() != "policy.ts:2:18: decide took longer than 20ms and could not be interrupted ("+d.Fault.Hint+")" {
			t.Errorf("%s, %v", d.Outcome, d.Fault)
		}
		if len(d.Reads) != 1 || d.Reads[0].Name != "request.stream" {
			t.Errorf("reads %v", d.Reads)
		}
		if got := p.Stats(); got.Abandoned != 1 || got.Stuck != 1 || got.Idle != 0 || got.Benched {
			t.Errorf("while stuck: %+v", got)
		}
		close(release)
		synctest.Wait()
		if got := p.Stats(); got.Abandoned != 1 || got.Stuck != 0 {
			t.Errorf("after it came loose: %+v", got)
		}
	})
}

// The built-in JSON.stringify calls the hook and then host functions, without a step in JavaScript between them that an
// interruption could reach.
func TestNothingOfARequestIsReadAfterItsDecision(t *testing.T) {
	for _, then := range []string{`request`, `{ toJSON: request.header }`, `ctx`, `{ toJSON: ctx.count }`} {
		program := compile(t, body(`JSON.stringify([{ toJSON: ctx.vars.hook }, `+then+`]);`))
		synctest.Test(t, func(t *testing.T) {
			release, asked, w := make(chan struct{}), 0, &world{}
			p := hooked(t, program, Limits{}, func() { <-release })
			in := input(0)
			in.Request.Content, in.Ctx.World = &content{on: func() { asked++ }}, w
			if d := p.Decide(in); d.Outcome != engine.OutcomeAbandoned {
				t.Errorf("%s: %s", then, d.Outcome)
			}
			close(release)
			synctest.Wait()
			if asked > 0 || w.asked > 0 {
				t.Errorf("%s: the content was read %d times, the world %d times", then, asked, w.asked)
			}
		})
	}
}

func TestGivingUpWaitsForTheHostCallAtWork(t *testing.T) {
	i := newInstance(compile(t, body(`return { send: "claude" };`)), environment)
	i.call.begin(input(1))
	mu := i.call.enter()
	gaveUp := make(chan struct{})
	go func() {
		i.call.abandon()
		close(gaveUp)
	}()
	select {
	case <-gaveUp:
		t.Fatal("given up while a host call was at work")
	default:
	}
	mu.Unlock()
	<-gaveUp
	defer func() {
		if recover() == nil {
			t.Error("another host call began")
		}
	}()
	i.call.enter()
}

func TestAPolicyThatGetsStuckIsBenched(t *testing.T) {
	program := compile(t, body(`if (request.stream) ctx.vars.hook(); return { send: "claude" };`))
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := hooked(t, program, Limits{Abandons: 2}, func() { <-release })
		quick := input(0)
		quick.Request.Stream = false
		expect := func(in engine.Input, want engine.Outcome) {
			t.Helper()
			if d := p.Decide(in); d.Outcome != want || (want != engine.OutcomeDecided) != (d.Fault != nil) {
				t.Errorf("%s, want %s: %v", d.Outcome, want, d.Fault)
			}
		}
		expect(input(0), engine.OutcomeAbandoned)
		expect(quick, engine.OutcomeDecided) // not in a row
		expect(input(0), engine.OutcomeAbandoned)
		expect(input(0), engine.OutcomeAbandoned)
		expect(quick, engine.OutcomeBenched)
		if !p.Stats().Benched {
			t.Error("not benched")
		}
		time.Sleep(benchTime)
		expect(input(0), engine.OutcomeAbandoned) // the trial
		expect(quick, engine.OutcomeBenched)
		time.Sleep(benchTime)
		expect(quick, engine.OutcomeDecided) // a trial that went well
		expect(quick, engine.OutcomeDecided)
		if p.Stats().Benched {
			t.Error("still benched")
		}
		close(release)
	})
}

func TestStuckCallsAreBounded(t *testing.T) {
	program := compile(t, body(`if (request.stream) ctx.vars.hook(); return { send: "claude" };`))
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := hooked(t, program, Limits{Abandons: 1000}, func() { <-release })
		for range maxStuck {
			if d := p.Decide(input(0)); d.Outcome != engine.OutcomeAbandoned {
				t.Fatalf("%s", d.Outcome)
			}
		}
		quick := input(0)
		quick.Request.Stream = false
		if d := p.Decide(quick); d.Outcome != engine.OutcomeBenched {
			t.Errorf("with %d stuck: %s", maxStuck, d.Outcome)
		}
		close(release)
		synctest.Wait()
		if d := p.Decide(quick); d.Outcome != engine.OutcomeDecided {
			t.Errorf("with none stuck: %s", d.Outcome)
		}
	})
}

func TestNobodyWaitsLongForAFreeRuntime(t *testing.T) {
	program := compile(t, body(`return { send: "claude" };`))
	synctest.Test(t, func(t *testing.T) {
		p := hooked(t, program, Limits{Decide: 20 * time.Millisecond}, nil)
		for range cap(p.pool.slots) {
			p.pool.slots <- struct{}{}
		}
		began := time.Now()
		d := p.Decide(input(0))
		if took := time.Since(began); took != 200*time.Millisecond || d.Outcome != engine.OutcomeTimedOut || !strings.Contains(d.Fault.Message, "no runtime became free") {
			t.Errorf("after %v: %s, %v", took, d.Outcome, d.Fault)
		}
	})
}

// A Go panic in a host function escapes goja.
func TestAPanicInAHostFunctionStaysInside(t *testing.T) {
	p := policyOf(t, body(`try { request.messages; } catch {} return { send: "claude" };`), patient)
	in := input(0)
	in.Request.Content = &content{on: func() { panic("broken") }}
	d := p.Decide(in)
	if d.Outcome != engine.OutcomeThrew || d.Fault.Error() != "policy.ts: decide failed: panic: broken" {
		t.Errorf("%s, %v", d.Outcome, d.Fault)
	}
	if d := p.Decide(input(0)); d.Outcome != engine.OutcomeDecided {
		t.Errorf("the next call: %v", d.Fault)
	}
	if got := p.Stats(); got.Born != 2 || got.Idle != 1 {
		t.Errorf("the runtime was used again: %+v", got)
	}
}

func TestModuleStateLastsAsLongAsARuntime(t *testing.T) {
	p := policyOf(t, `let calls = 0; export const decide = () => ({ send: "claude", maxTokens: ++calls });`, patient)
	for want := 1; want <= 3; want++ {
		if got := p.Decide(input(0)).Action.Send.MaxTokens; got != want {
			t.Errorf("pooled: call %d, want %d", got, want)
		}
		if got := p.DecideFresh(input(0)).Action.Send.MaxTokens; got != 1 {
			t.Errorf("fresh: call %d, want 1", got)
		}
	}
	if got := p.Stats(); got.Idle != 1 || got.Born != 4 {
		t.Errorf("stats %+v", got)
	}
}

func TestTheLanguageIsFrozen(t *testing.T) {
	for _, statement := range []string{
		`Array.prototype.at = 1`, `Object.prototype.polluted = 1`, `Object.prototype.toString = 1`, `Error.prototype.name = "x"`, `Math.random = () => 0`, `JSON.parse = 1`,
		`globalThis.x = 1`, `globalThis.Array = 1`, `RegExp.prototype.exec = 1`, `String.prototype.match = 1`, `Object.getPrototypeOf([].values()).next = 1`,
		`Object.getPrototypeOf(function* () {}).x = 1`, `Map.prototype.x = 1`, `Promise.x = 1`, `Symbol.prototype.x = 1`, `Date.now = 1`, `delete Array.prototype.map`,
		`Object.setPrototypeOf(Array.prototype, null)`,
	} {
		d := decide(t, statement+`; return { send: "claude" };`, input(0))
		if d.Outcome != engine.OutcomeThrew || !strings.HasPrefix(d.Fault.Message, "decide threw TypeError") {
			t.Errorf("%s: %s, %v", statement, d.Outcome, d.Fault)
		}
	}
}

func TestWhatIsFrozenCanBeOverridden(t *testing.T) {
	for expression, want := range map[string]any{
		`String(new (class E extends Error { constructor() { super("m"); this.name = "E"; } })())`:                                                              "E: m",
		`(() => { const o = {}; o.toString = () => "own"; return String(o); })()`:                                                                               "own",
		`(() => { const o = {}; o["constructor"] = 1; o["hasOwnProperty"] = 2; return Object.keys(o).length; })()`:                                              2.0,
		`(() => { function F() {} F.prototype = Object.create(Error.prototype); F.prototype.name = "F"; F.prototype.constructor = F; return new F().name; })()`: "F",
		`(() => { class L extends Array { sum() { return this.reduce((a, b) => a + b, 0); } } return L.from([1, 2]).sum(); })()`:                                3.0,
		`(() => { const e = new TypeError("a"); e.message = "b"; return e.message + Object.keys(e); })()`:                                                       "b",
		`[3, 1, 2].toSorted().map((x) => x * 2).join()`:                                                                                                         "2,4,6",
		`"claude-opus-5".replace(/-(\w+)-/g, "_$1_")`:                                                                                                           "claude_opus_5",
		`new RegExp("o(p)us", "g").exec("an opus")[1]`:                                                                                                          "p",
		`RegExp("a") instanceof RegExp && /a/.constructor === RegExp`:                                                                                           true,
		`"a1b2".match("\\d")[0] + [..."a1b2".matchAll(/\d/g)].length + "a1".search("1")`:                                                                        "121",
		`new (class R extends RegExp { hit(s) { return this.test(s); } })("^a").hit("abc")`:                                                                     true,
	} {
		if got, _ := evaluate(t, expression, input(0)); got != want {
			t.Errorf("%s: got %v, want %v", expression, got, want)
		}
	}
}

// Backtracking expressions are not interruptible. Literals are refused when a policy is compiled.
func TestBacktrackingExpressionsCannotBeMade(t *testing.T) {
	for _, expression := range []string{
		`new RegExp("(?=a)")`, `RegExp("(a)\\1", "i")`, `"a".match("(?!b)")`, `"a".matchAll("(?=a)")`, `"a".search("(?<=a)")`, `new (class extends RegExp {})("(?=a)")`,
		`new RegExp({ toString: () => "(?=a)" })`,
	} {
		d := decide(t, "return "+expression+";", input(0))
		if d.Outcome != engine.OutcomeThrew || !strings.Contains(d.Fault.Message, "needs backtracking") {
			t.Errorf("%s: %s, %v", expression, d.Outcome, d.Fault)
		}
	}
	if _, fault := New(compile(t, `/x/.compile("(?=a)"); export const decide = 1;`), environment, patient); fault == nil {
		t.Error("RegExp.prototype.compile is there")
	}
}

func TestAFileThatDoesNotLoadInTime(t *testing.T) {
	program := compile(t, `while (true) {} export const decide = 1;`)
	if p, fault := New(program, environment, Limits{}); p != nil || fault == nil || fault.Message != "the file took longer than 1s" {
		t.Errorf("policy: %v", fault)
	}
}

func TestAClosedPolicyStillDecides(t *testing.T) {
	p := policyOf(t, body(`return { send: "claude" };`), patient)
	p.Close()
	if d := p.Decide(input(0)); d.Outcome != engine.OutcomeDecided {
		t.Errorf("%v", d.Fault)
	}
	if got := p.Stats(); got.Idle != 0 {
		t.Errorf("stats %+v", got)
	}
	p.Close()
}
