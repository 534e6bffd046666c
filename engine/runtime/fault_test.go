package runtime

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
	"spillway/engine/script"
)

// TestThrows has the message and hint of what policies throw, at line 3 of the file.
func TestThrows(t *testing.T) {
	tests := []struct{ statement, want string }{
		{`throw new Error("boom");`, `3:7: decide threw Error: boom`},
		{`throw new RangeError("boom");`, `3:7: decide threw RangeError: boom`},
		{`class Odd extends Error { constructor() { super("boom"); this.name = "Odd"; } } throw new Odd();`, `3:43: decide threw Odd: boom`},
		{`throw "boom";`, `3:1: decide threw "boom"`},
		{`throw { code: 5 };`, `3:1: decide threw an object`},
		{`throw undefined;`, `3:1: decide threw undefined`},
		{`throw Object.assign(new Error("m"), { toString() { throw 1; } });`, `3:21: decide threw an error whose text cannot be read`},
		{`attempts.at(5).status;`, `3:16: decide threw TypeError: Cannot read property 'status' of undefined (what stands before .status has no value here: ask first, or write ?.status; attempts is empty at first)`},
		{`backof(1);`, `3:1: decide threw ReferenceError: backof is not defined (did you mean "backoff"?)`},
		{`attempts.push({});`, `3:10: decide threw TypeError: Cannot add property 1, object is not extensible (what a policy is given is read-only, and so is the language: what should change goes into the action)`},
		{`console.log(request);`, "3:1: decide threw ReferenceError: console is not defined (a policy prints nothing: say why in `because`)"},
		{`setTimeout(() => {}, 1);`, "3:1: decide threw ReferenceError: setTimeout is not defined (" + script.WaitHint + ")"},
		{`fetch("http://x");`, `3:1: decide threw ReferenceError: fetch is not defined (a policy has no network, files or processes: what it may look at is in request, attempts and ctx)`},
		{`process.env.X;`, `3:1: decide threw ReferenceError: process is not defined (settings are in ctx.vars)`},
		{`eval("1");`, `3:1: decide threw ReferenceError: eval is not defined (a policy cannot make code from text)`},
		{`new Function("1");`, `3:5: decide threw ReferenceError: Function is not defined (a policy cannot make code from text)`},
		{`fnv1a("x");`, `3:1: decide threw ReferenceError: fnv1a is not defined`},
		{`undeclared = 1;`, `3:1: decide threw ReferenceError: undeclared is not defined`},
		{`(function deep() { deep(); })();`, `3:20: decide called functions too deeply (is there a recursion that does not end?)`},
	}
	for _, tt := range tests {
		d := decide(t, tt.statement, input(1))
		if d.Outcome != engine.OutcomeThrew || d.Fault.Error() != "policy.ts:"+tt.want {
			t.Errorf("%s: %s\ngot  %v\nwant policy.ts:%s", tt.statement, d.Outcome, d.Fault, tt.want)
		}
		if diff := cmp.Diff(engine.Position{}, d.At); diff != "" {
			t.Errorf("%s: chosen at %v", tt.statement, d.At)
		}
	}
}

func TestAStackLeadsThroughImports(t *testing.T) {
	program, faults := script.Compile(fstest.MapFS{
		"policies/p.ts": {Data: []byte(`import { route } from "./lib/route";
interface Unused { a: string }
export default {
  decide(request: { model: string }) {
    return route(request.model);
  },
};`)},
		"policies/lib/route.ts": {Data: []byte(`import { backoff } from "spillway";

export function route(model: string): { send: string } {
	const é = () => backoff("two" as never); return { send: model + é() };
}`)},
	}, "policies/p.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	p, fault := New(program, environment, patient)
	if fault != nil {
		t.Fatal(fault)
	}
	defer p.Close()
	const want = `policies/lib/route.ts:4:19: decide threw TypeError: backoff: n, base and cap must be numbers, not two, 1000, 60000
  4 | 	const é = () => backoff("two" as never); return { send: model + é() };
    | 	                ^
    at backoff (spillway:10:30)
    at é (policies/lib/route.ts:4:19)
    at route (policies/lib/route.ts:4:67)
    at decide (policies/p.ts:5:12)
`
	if diff := cmp.Diff(want, p.Decide(input(1)).Fault.Frame()); diff != "" {
		t.Errorf("frame (-want +got):\n%s", diff)
	}
}

func TestFilesThatAreNoPolicy(t *testing.T) {
	tests := []struct{ source, want string }{
		{``, `policy.ts: the file exports nothing (` + shapeHint + `)`},
		{`export const x = 1;`, `policy.ts: the file exports no function decide (` + shapeHint + `)`},
		{`export default 5;`, `policy.ts: the file exports no function decide (` + shapeHint + `)`},
		{`export default { decide: "claude" };`, `policy.ts:1:16: the file exports no function decide (` + shapeHint + `)`},
		{`export function deside() {}`, `policy.ts: the file exports no function decide (did you mean decide instead of deside?)`},
		{`export default { Decide() {} };`, `policy.ts:1:18: the file exports no function decide (did you mean decide instead of Decide?)`},
		{`export default { decide() {}, onEror: "deny" };`, `policy.ts:1:31: unknown key "onEror" in policy (did you mean "onError"?)`},
		{`export default { decide() {}, onError: "allow" };`, `policy.ts:1:31: onError must be "passthrough" or "deny", not "allow"`},
		{`export default { get decide() { throw new Error("boom"); } };`, `policy.ts:1:39: the file threw Error: boom`},
		{"const a = 1;\nthrow new Error('boom' + a);\nexport const decide = 1;", `policy.ts:2:7: the file threw Error: boom1`},
		{`Array.prototype.first = 1; export const decide = () => {};`, `policy.ts:1:17: the file threw TypeError: Cannot add property first, object is not extensible (what a policy is given is read-only, and so is the language: what should change goes into the action)`},
	}
	for _, tt := range tests {
		p, fault := New(compile(t, tt.source), environment, patient)
		if fault == nil || p != nil || fault.Error() != tt.want {
			t.Errorf("%s\ngot  %v\nwant %s", tt.source, fault, tt.want)
		}
	}
}

func TestShapesOfPolicies(t *testing.T) {
	const action = `{ return { send: "claude" }; }`
	tests := []struct {
		source  string
		onError engine.OnError
	}{
		{`export default { decide() ` + action + ` };`, engine.OnErrorPassthrough},
		{`export default { decide() ` + action + `, onError: "deny" };`, engine.OnErrorDeny},
		{`export default { onError: "passthrough", decide: () => ` + action + ` };`, engine.OnErrorPassthrough},
		{`export function decide() ` + action, engine.OnErrorPassthrough},
		{`export function decide() ` + action + ` export const onError = "deny";`, engine.OnErrorDeny},
		{`export const decide = () => ` + action + `; export default { decide };`, engine.OnErrorPassthrough},
		{`export default function () ` + action, engine.OnErrorPassthrough},
		{`export default () => ` + action, engine.OnErrorPassthrough},
		{`class P { #target = "claude"; extra = 1; onError = "deny"; decide() { return { send: this.#target }; } } export default new P();`, engine.OnErrorDeny},
		{`const make = (send) => ({ decide: () => ({ send }) }); export default make("claude");`, engine.OnErrorPassthrough},
		{`const later = (f) => (...args) => f(...args); export default later(() => ` + action + `);`, engine.OnErrorPassthrough},
	}
	for _, tt := range tests {
		p := policyOf(t, tt.source, patient)
		d := p.Decide(input(0))
		if d.Fault != nil || d.Action.Send.Target != "claude" || d.At.Line != 1 || p.OnError() != tt.onError || p.Name() != "policy" {
			t.Errorf("%s\nfault %v, at %v, onError %s", tt.source, d.Fault, d.At, p.OnError())
		}
	}
}
