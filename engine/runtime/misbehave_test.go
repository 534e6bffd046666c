package runtime

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dop251/goja"

	"spillway/engine"
)

// What a policy does when it does not return an action, and what is told of it. The next call must be as good as the first.
func TestMisbehaviour(t *testing.T) {
	for statements, want := range map[string]string{
		`throw 1;`:                  "decide threw 1",
		`throw "no";`:               `decide threw "no"`,
		`throw null;`:               "decide threw null",
		`throw undefined;`:          "decide threw undefined",
		`throw Symbol("s");`:        "decide threw s",
		`throw () => 1;`:            "decide threw a function",
		`throw request;`:            "decide threw an object",
		`throw new Proxy({}, {});`:  "decide threw an object",
		`throw new Error("a\nb");`:  "decide threw Error: a\nb",
		`throw Object.create(null)`: "decide threw an object",
		`throw { get message() { throw 1; }, toString() { throw 2; } };`:                    "decide threw an object",
		`class E extends Error { get name() { throw 1; } } throw new E("x");`:               "decide threw an error whose text cannot be read",
		`class E extends Error { toString() { for (;;); } } throw new E("x");`:              "decide threw an error whose text cannot be read",
		`return new Proxy({ send: "claude" }, { ownKeys() { throw new Error("trap"); } });`: "decide threw Error: trap",
		`return new Proxy({ send: "claude" }, { get() { throw new Error("trap"); } });`:     "decide threw Error: trap",
		`return new Proxy(() => 1, {});`:                                                    "instead of an action",
		`return { get send() { throw new Error("getter"); } };`:                             "decide threw Error: getter",
		`return { send: "claude", get body() { throw 7; } };`:                               "decide threw 7",
		`return { send: "claude", body: { toJSON() { throw new Error("toJSON"); } } };`:     "body.toJSON must be a JSON value, not a function",
		`return { send: { toString: () => "claude" } };`:                                    "send must be a text, not an object",
		`return { then(resolve) { resolve({ send: "claude" }); } };`:                        `unknown key "then" in action`,
		`return Promise.resolve({ send: "claude" });`:                                       "promise",
		`return Object.create({ send: "claude" });`:                                         "neither send nor fail",
		`Object.prototype.send = "claude"; return {};`:                                      "decide threw TypeError",
		`Object.defineProperty(Object.prototype, "send", { value: "claude" }); return {};`:  "decide threw TypeError",
		`({}).__proto__.send = "claude"; return {};`:                                        "decide threw TypeError",
		`Array.prototype.at.call = 1; Array.prototype.at = 1;`:                              "decide threw TypeError",
		`Object.setPrototypeOf(Array, { x: 1 });`:                                           "decide threw TypeError",
		`globalThis.Object = 1;`:                                                            "decide threw TypeError",
		`request.model = "x";`:                                                              "decide threw TypeError",
		`attempts.push({});`:                                                                "decide threw TypeError",
		`ctx.vars.ladder.push("c");`:                                                        "decide threw TypeError",
		`ctx.targets[0].name = "x";`:                                                        "decide threw TypeError",
	} {
		t.Run(statements, func(t *testing.T) {
			p := policyOf(t, body("if (request.stream) {\n"+statements+"\n}\nreturn { send: 'claude', ...Object.fromEntries([]) };"), Limits{Decide: time.Second})
			if d := p.Decide(input(1)); d.Fault == nil || !strings.Contains(d.Fault.Message, want) || d.Action.Send != nil {
				t.Errorf("%s, %v, want %q", d.Outcome, d.Fault, want)
			}
			plain := input(1)
			plain.Request.Stream = false
			if d := p.Decide(plain); d.Fault != nil || d.Action.Send.Target != "claude" || d.Action.Send.Model != "" {
				t.Errorf("the next call: %+v, %v", d.Action.Send, d.Fault)
			}
		})
	}
}

// What walks or makes a tree whose branches are shared takes for ever. It notices that it is to stop: the hook, at the first
// leaf, stands for the watchdog.
func TestWalksOfTreesNoticeAnInterruption(t *testing.T) {
	for _, walk := range []string{
		`JSON.stringify(o)`, `String(o)`, `o.flat(Infinity)`, `return { send: "claude", body: { o } }`, `[o].join()`, `o.toLocaleString()`,
	} {
		leaf := `[{ toJSON: ctx.vars.hook, toString: ctx.vars.hook }]`
		if strings.Contains(walk, "flat") {
			leaf = `(() => { const a = [0]; Object.defineProperty(a, 0, { get: ctx.vars.hook }); return a; })()`
		}
		env := environment
		env.Vars = map[string]any{"hook": func(_ goja.FunctionCall, vm *goja.Runtime) goja.Value {
			vm.Interrupt(stop{"was told to stop", ""})
			return vm.ToValue("")
		}}
		p, fault := New(compile(t, body(`let o = `+leaf+`; for (let i = 0; i < 40; i++) o = [o, o]; `+walk+`;`)), env, patient)
		if fault != nil {
			t.Fatal(fault.Frame())
		}
		if d := p.Decide(input(0)); d.Fault == nil || d.Fault.Message != "decide was told to stop" {
			t.Errorf("%s: %s, %v", walk, d.Outcome, d.Fault)
		}
		p.Close()
	}
}

// A policy whose every second call takes its whole time costs a core for it. It is benched, and gets a trial.
func TestAPolicyThatOverrunsIsBenched(t *testing.T) {
	program := compile(t, body(`if (request.stream) ctx.vars.hook(); return { send: "claude" };`))
	synctest.Test(t, func(t *testing.T) {
		const limit = 20 * time.Millisecond
		p := hooked(t, program, Limits{Decide: limit}, func() { time.Sleep(limit + limit/2) })
		quick := input(0)
		quick.Request.Stream = false
		calls := 0
		for ; !p.Stats().Benched && calls < 1000; calls++ {
			if d := p.Decide(input(0)); d.Outcome != engine.OutcomeTimedOut {
				t.Fatalf("%s, %v", d.Outcome, d.Fault)
			}
			p.Decide(quick)
		}
		if want := int(maxWaste / limit); calls != want {
			t.Errorf("benched after %d overruns, want %d", calls, want)
		}
		if d := p.Decide(quick); d.Outcome != engine.OutcomeBenched || d.Fault.Message != "decide is not called at present: it had to be stopped too often" {
			t.Errorf("%s, %v", d.Outcome, d.Fault)
		}
		time.Sleep(benchTime)
		if d := p.Decide(input(0)); d.Outcome != engine.OutcomeTimedOut || !p.Stats().Benched {
			t.Errorf("the trial: %s, benched %t", d.Outcome, p.Stats().Benched)
		}
		time.Sleep(benchTime)
		if d := p.Decide(quick); d.Outcome != engine.OutcomeDecided || p.Stats().Benched {
			t.Errorf("the second trial: %s, benched %t", d.Outcome, p.Stats().Benched)
		}
	})
}

// Now and then a call may take too long: that is no reason to stop asking.
func TestRareOverrunsDoNotBench(t *testing.T) {
	program := compile(t, body(`if (request.stream) ctx.vars.hook(); return { send: "claude" };`))
	synctest.Test(t, func(t *testing.T) {
		const limit = 20 * time.Millisecond
		p := hooked(t, program, Limits{Decide: limit}, func() { time.Sleep(limit + limit/2) })
		for range 100 {
			p.Decide(input(0))
			time.Sleep(time.Second)
		}
		if p.Stats().Benched {
			t.Error("benched")
		}
	})
}

// While all runtimes of one policy are taken by calls that do not end, and others wait for them, another policy decides a
// thousand times, and the virtual clock does not move: it waits for nothing.
func TestABadPolicyHoldsUpNoOther(t *testing.T) {
	program := compile(t, body(`if (request.stream) ctx.vars.hook(); return { send: "claude" };`))
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		bad := hooked(t, program, Limits{Decide: time.Minute}, func() { <-release })
		good := hooked(t, program, Limits{}, nil)
		for range 2 * cap(bad.pool.slots) {
			go bad.Decide(input(0))
		}
		synctest.Wait()
		if got := len(bad.pool.slots); got != cap(bad.pool.slots) {
			t.Fatalf("%d of %d runtimes are taken", got, cap(bad.pool.slots))
		}
		quick, began := input(0), time.Now()
		quick.Request.Stream = false
		for range 1000 {
			if d := good.Decide(quick); d.Fault != nil {
				t.Fatal(d.Fault)
			}
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("a thousand decisions waited %v", waited)
		}
		close(release)
		synctest.Wait()
	})
}
