package runtime

import (
	stdruntime "runtime"
	"strings"
	"testing"
	"time"

	"spillway/engine"
)

// allocated is how many bytes f allocates, and everything else meanwhile.
func allocated(f func()) uint64 {
	var before, after stdruntime.MemStats
	stdruntime.ReadMemStats(&before)
	f()
	stdruntime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A policy that keeps more and more is stopped for its memory, however much time it has.
func TestGreedIsBounded(t *testing.T) {
	for _, loop := range []string{
		`const list = []; for (;;) list.push({});`,
		`const list = []; for (let i = 0;; i++) list[i] = "x".repeat(1e5) + i;`,
		`const map = new Map(); for (let i = 0;; i++) map.set("key" + i, [i]);`,
		`const set = new Set(); for (;;) set.add({});`,
		`const object = {}; for (let i = 0;; i++) object["key" + i] = [i];`,
		`const f = () => { let kept; return () => { const before = kept; kept = () => before; }; }; const g = f(); for (;;) g();`,
		`let chain = null; for (;;) chain = { chain };`,
	} {
		t.Run(loop, func(t *testing.T) {
			d := policyOf(t, body(loop), Limits{Decide: time.Hour, Memory: 16 << 20}).Decide(input(0))
			if d.Fault == nil || !strings.HasPrefix(d.Fault.Message, "decide took more than 16 MB of memory") {
				t.Errorf("%s, %v", d.Outcome, d.Fault)
			}
		})
	}
}

func TestFilesThatTakeAllMemory(t *testing.T) {
	program := compile(t, `const list = []; for (;;) list.push({}); export default 1;`)
	const want = "the file took " // too much memory, or on a busy machine too long
	if _, fault := New(program, environment, Limits{Memory: 16 << 20}); fault == nil || !strings.HasPrefix(fault.Message, want) {
		t.Errorf("policy: %v", fault)
	}
	if _, _, fault := Table(program); fault == nil || !strings.HasPrefix(fault.Message, want) {
		t.Errorf("table: %v", fault)
	}
}

// What walks or makes something huge in one step cannot be interrupted. Nothing allocates much before it is refused.
func TestNothingHugeIsMadeInOneStep(t *testing.T) {
	const items, characters = "more than 1000000", "more than 32000000"
	for statements, want := range map[string]string{
		`let s = "x"; for (;;) s += s;`:                                                              "RangeError: a text of " + characters,
		"let s = \"é\"; for (;;) s = `${s}${s}`;":                                                    "RangeError: a text of " + characters,
		`let s = "x"; for (;;) s = s + s;`:                                                           "RangeError: a text of " + characters,
		`const o = { s: "x" }; for (;;) o.s += o.s;`:                                                 "RangeError: a text of " + characters,
		`let s = "x"; for (;;) s = s.concat(s);`:                                                     "concat of " + characters,
		`let s = "x"; for (;;) s = [s, s].join("");`:                                                 "join of " + characters,
		`let s = "x"; for (;;) s = s.replace("x", "$&$'" + s);`:                                      "of " + characters,
		`"a".repeat(1e6).replace(/a/g, "a".repeat(1e6));`:                                            "replace of " + characters,
		`"a".repeat(1e6).replaceAll("a", "$'");`:                                                     "replaceAll of " + characters,
		`"x".repeat(2 ** 28);`:                                                                       "repeat of " + items,
		`"x".padEnd(1e9);`:                                                                           "padEnd of " + items,
		`String.raw({ raw: { length: 1e9 } });`:                                                      "raw of " + items,
		`const s = "x".repeat(9e5); [...(s + s)];`:                                                   "Symbol(Symbol.iterator) of " + items,
		`const s = "x".repeat(9e5); (s + s).split("");`:                                              "split of " + items,
		`const s = "x".repeat(9e5); (s + s).match(/x/g);`:                                            "match of " + items,
		`const s = "x".repeat(9e5); Object.keys(s + s);`:                                             "keys of " + items,
		`new Array(1e8).fill(0).sort();`:                                                             "fill of " + items,
		`new Array(1e8).sort();`:                                                                     "sort of " + items,
		`[].indexOf.call({ length: 2 ** 32 - 1 }, 1);`:                                               "indexOf of " + items,
		`new Array(1e8).join("x");`:                                                                  "join of " + items,
		`Array(1e6).join("b".repeat(1e6));`:                                                          "join of " + characters,
		`Array.from({ length: 1e9 });`:                                                               "from of " + items,
		`String(new Array(1e8));`:                                                                    "join of " + items,
		`new Array(1e8).reverse();`:                                                                  "reverse of " + items,
		`new Array(2 ** 32 - 1).map((x) => x);`:                                                      "map of " + items,
		`const a = []; a.length = 2 ** 32 - 1; a.forEach((x) => x);`:                                 "forEach of " + items,
		`const a = []; a[2 ** 32 - 2] = 1; a.reduce((x) => x);`:                                      "reduce of " + items,
		`const a = []; a.length = 2 ** 32 - 1; [...a];`:                                              "an iteration of " + items,
		`const [a, ...rest] = Array.prototype.values.call({ length: 2 ** 32 });`:                     "an iteration of " + items,
		`new Set(Array.prototype.values.call({ length: 2 ** 32 }));`:                                 "an iteration of " + items,
		`Promise.all(Array.prototype.keys.call({ length: 2 ** 32 }));`:                               "an iteration of " + items,
		`Object.fromEntries(Array.prototype.entries.call({ length: 2 ** 32 }));`:                     "an iteration of " + items,
		`Math.max.apply(null, { length: 2 ** 32 - 1 });`:                                             "apply of " + items,
		`Reflect.apply(Math.max, null, { length: 2 ** 53 - 1 });`:                                    "apply of " + items,
		`Reflect.construct(Array, { length: 2 ** 53 - 1 });`:                                         "construct of " + items,
		`[].concat({ length: 2 ** 32, [Symbol.isConcatSpreadable]: true });`:                         "concat of " + items,
		`Array(1e6).fill([]).concat(Array(1e6));`:                                                    "concat of " + items,
		`JSON.stringify({ a: Array(1e6).fill("b".repeat(1e6)) }, ["a"]);`:                            "JSON.stringify of " + characters,
		`JSON.parse("[".repeat(1e6));`:                                                               "JSON.parse of more than 1000 levels",
		`BigInt(2) ** BigInt(2 ** 40);`:                                                              "ReferenceError: BigInt is not defined",
		`const f = () => f(); f();`:                                                                  "called functions too deeply",
		`const f = () => [1].map(f); f();`:                                                           "called functions too deeply",
		`let o = []; for (let i = 0; i < 1e5; i++) o = [o]; String(o);`:                              "called functions too deeply",
		`async function f() { await f(); } f();`:                                                     "called functions too deeply",
		`new Proxy({}, { get(_, key, it) { return it[key]; } }).x;`:                                  "called functions too deeply",
		`const o = { toString() { return String(this); } }; String(o);`:                              "called functions too deeply",
		`const o = { toJSON() { return JSON.stringify(this); } }; JSON.stringify(o);`:                "called functions too deeply",
		`return { send: "claude", get body() { return { get x() { return this.x; } }; } };`:          "called functions too deeply",
		`Array.prototype.map.call(new Proxy([], { get: () => 2 ** 40 }), (x) => x);`:                 "map of " + items,
		`const a = [1]; Object.defineProperty(a, "length", { value: 2 ** 32 - 1 }); a.at(); [...a];`: "an iteration of " + items,
	} {
		t.Run(statements, func(t *testing.T) {
			var d engine.Decision
			bytes := allocated(func() { d = decide(t, statements, input(0)) })
			if d.Outcome != engine.OutcomeThrew || !strings.Contains(d.Fault.Message, want) {
				t.Errorf("%s, %v", d.Outcome, d.Fault)
			}
			if bytes > 1<<30 {
				t.Errorf("%d MB were allocated until it was refused", bytes>>20)
			}
		})
	}
}

// The bounds change nothing for what stays within them.
func TestBoundedFunctionsDoTheirWork(t *testing.T) {
	for expression, want := range map[string]any{
		`[[1, [2, [3]]], , 4].flat().length`:                                                3.0,
		`[1, [2, [3, [4]]]].flat(Infinity).join("-")`:                                       "1-2-3-4",
		`[1, null, undefined, "a", [2, 3], { toString: () => "o" }].join(";")`:              "1;;;a;2,3;o",
		`String([1, [2, , 3]]) + [].join() + [,].join() + Array(3).join("x")`:               "1,2,,3xx",
		`Array.prototype.join.call({ length: 2, 0: "a", 1: "b" }, "+")`:                     "a+b",
		`[3, 1, 2].reduce((a, b) => a + b) + [].concat([1], 2, [[3]]).length`:               9.0,
		`[1, 2, 3].findLast((x) => x < 3) + [1, 2].findIndex((x) => x === 2)`:               3.0,
		`"a,b,c".split(",", 2).length + "abc".split("").length + "a".split()[0]`:            "5a",
		`"a-b-a".replaceAll("a", "$&$&") + "aXb".replace("X", (x) => x + x)`:                "aa-b-aaaXXb",
		`"ab".replace(/(a)(b)/, "$2$1") + "x".padStart(3, "ab") + "ab".repeat(2)`:           "baabxabab",
		`[..."héé"].length + "a1b2".match(/\d/g).length`:                                    5.0,
		`JSON.stringify({ b: [1, { c: undefined, d: null }], a: "x" })`:                     `{"b":[1,{"d":null}],"a":"x"}`,
		`JSON.stringify({ b: 1, a: { b: 2, c: 3 } }, ["a", "b"])`:                           `{"a":{"b":2},"b":1}`,
		`JSON.stringify([1, { a: 2 }], (k, v) => k === "a" ? v + 1 : v, 1)`:                 "[\n 1,\n {\n  \"a\": 3\n }\n]",
		`JSON.stringify(undefined) === undefined && JSON.stringify("a\n")`:                  `"a\n"`,
		`JSON.parse('{"a":["[[[[",{"b":1}]}', (k, v) => k === "b" ? 2 : v).a[1].b`:          2.0,
		`Math.max.apply(null, [1, 3, 2]) + Reflect.apply(Math.min, null, [4, 5])`:           7.0,
		`Reflect.construct(Date, [0]).getTime() + Object.entries({ a: 1 })[0][1]`:           1.0,
		`[...new Set([1, 1, 2])].length + new Map([[1, 2]]).get(1)`:                         4.0,
		`[...[7, 8].entries()].join("|") + Object.keys("ab")`:                               "0,7|1,80,1",
		`((...args) => args.length)(...[1, 2], ...Array.from("abc"))`:                       5.0,
		`[1, 2].map(String).toString() + [0].map(function () { return this.x; }, { x: 5 })`: "1,25",
		"`${1}${\"a\"}` + String.raw`\\n${1}`":                                              `1a\n1`,
		`[].values === [][Symbol.iterator] && [1, [2]].flatMap((x) => x).length`:            2.0,
	} {
		if got, _ := evaluate(t, expression, input(0)); got != want {
			t.Errorf("%s: got %v, want %v", expression, got, want)
		}
	}
}
