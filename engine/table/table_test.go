package table_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
	"spillway/engine/script"
	"spillway/engine/table"
)

var configured = engine.Environment{
	Targets: []engine.Target{
		{Name: "claude", Dialect: engine.Anthropic, Models: map[string]string{"opus": "claude-opus-5-5"}},
		{Name: "openai", Dialect: engine.OpenAI},
	},
	Vars: map[string]any{"tuned": true},
}

// run runs rows, written as JavaScript, against a policy whose decide has this body.
func run(t *testing.T, decide, rows string) (table.Report, engine.Faults) {
	t.Helper()
	files := fstest.MapFS{
		"p.ts":      {Data: []byte("let calls = 0;\nexport function decide(request, attempts, ctx) {\n" + decide + "\n}\n")},
		"p.test.ts": {Data: []byte("const row = (extra) => ({ name: `made`, ...extra });\nexport default [\n" + rows + "\n];\n")},
	}
	policy, faults := script.Compile(files, "p.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	test, faults := script.Folder{FS: files}.CompileTable("p.test.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	return table.Run(policy, test, table.Options{Env: configured})
}

func messages(faults engine.Faults) []string {
	var list []string
	for _, f := range faults {
		list = append(list, f.Error())
	}
	return list
}

// echo is a policy that says what it was given.
const echo = `return { send: "claude", because: JSON.stringify([`

func TestWhatARowLeavesOut(t *testing.T) {
	cases := map[string]struct{ decide, row, want string }{
		"request": {
			echo + `request.api, request.path, request.model, request.maxTokens, request.stream, request.movable, request.messages, request.client, request.sdk]) };`,
			`{ name: "x", want: {} }`,
			`["anthropic","/v1/messages","claude-opus-5-5",4096,true,true,1,{"name":"","priority":"normal"},{"retryCount":0,"timeout":null}]`,
		},
		"openai": {
			echo + `request.path, request.model, request.body.model]) };`, `{ name: "x", request: { api: "openai" }, want: {} }`,
			`["/v1/chat/completions","gpt-5.6","gpt-5.6"]`,
		},
		"request, said": {
			echo + `request.model, request.inputTokens, request.header("X-Tenant"), request.body, request.sdk.timeout, request.client.priority]) };`,
			`{ name: "x", request: { model: "m", inputTokens: 7, headers: { "x-tenant": "t" }, body: { a: [1] }, sdk: { timeout: "2m" }, client: { priority: "low" } }, want: {} }`,
			`["m",7,"t",{"a":[1]},120000,"low"]`,
		},
		"ctx": {
			echo + `new Date(ctx.now).toISOString(), ctx.timeLeft, ctx.stepsLeft, ctx.opensIn, ctx.targets.map((t) => t.name), ctx.vars, ctx.count("n"), ctx.health("claude").paused]) };`,
			`{ name: "x", want: {} }`,
			`["2026-11-01T12:00:00.000Z",600000,8,0,["claude","openai"],{},0,false]`,
		},
		"ctx, said": {
			echo + `ctx.now, ctx.timeLeft, ctx.stepsLeft, ctx.opensIn, ctx.targets.map((t) => t.name + t.dialect), ctx.vars, ctx.count("n")]) };`,
			`{ name: "x", ctx: { now: 5, timeLeft: "1m30s", stepsLeft: 2, opensIn: null, targets: [{ name: "claude" }], vars: { a: 1 }, count: { n: 3 } }, want: {} }`,
			`[5,90000,2,null,["claudeanthropic"],{"a":1},3]`,
		},
		"health": {
			echo + `ctx.health("claude", "opus").overloads, ctx.health("claude", "claude-opus-5-5").overloads, ctx.health("claude", "other").paused, ctx.health("claude").pausedFor, ctx.health("claude").rateLimit.tokens]) };`,
			`{ name: "x", ctx: { health: { claude: { pausedFor: "10s", rateLimit: { tokens: { limit: 9, remaining: 1, resetIn: "2s" } } }, "claude/opus": { overloads: 3 } } }, want: {} }`,
			`[3,3,true,10000,{"limit":9,"remaining":1,"resetIn":2000}]`,
		},
		"an attempt": {
			echo + `attempts, ctx.stepsLeft, ctx.now - attempts[0].at]) };`, `{ name: "x", attempts: [{ ms: 250 }], want: {} }`,
			`[[{"target":"claude","model":"claude-opus-5-5","status":529,"reason":"overloaded","code":"","message":"","retry":"same","retryAfter":null,"ms":250,"at":1793534399750,"kind":"http","key":"","otherKey":false,"edits":[]}],7,250]`,
		},
		"attempts by reason": {
			echo + `attempts.map((a) => [a.target, a.model, a.status, a.kind, a.retry, a.retryAfter]), ctx.stepsLeft]) };`,
			`{ name: "x", attempts: [{ reason: "timeout", model: "opus" }, { target: "openai", reason: "paused", retryAfter: "3s" }, { reason: "unfit" }, { reason: "auth", status: 403 }], want: {} }`,
			`[[["claude","claude-opus-5-5",null,"timeout","same",null],["openai","claude-opus-5-5",null,"gate","elsewhere",3000],["claude","claude-opus-5-5",null,"edit","elsewhere",null],["claude","claude-opus-5-5",403,"http","elsewhere",null]],6]`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, faults := run(t, c.decide, strings.Replace(c.row, "want: {}", "want: { because: "+quote(c.want)+" }", 1))
			if faults != nil {
				t.Error(faults)
			}
		})
	}
}

func quote(s string) string { return "`" + s + "`" }

// The action of the cases below.
const full = `return { send: "claude", model: "m", after: 1000, queue: "20s", maxTokens: 5, timeout: 1, headers: { "x-a": "b" }, body: { top_k: 1, stop: null },
  trim: { keepToolResults: 0, except: ["a", "b"] }, hedge: { after: "2s", send: "openai" }, pause: { target: "claude", for: "45s" }, count: { n: 1 }, because: "it is" };`

func TestMatch(t *testing.T) {
	cases := map[string]struct {
		decide, want string
		faults       []string // without place and row
	}{
		"all of it": {full, `{ send: "claude", model: "m", after: "1s", queue: 20000, maxTokens: 5, timeout: 1, headers: { "x-a": "b" }, body: { top_k: 1 },
			trim: { keepToolResults: 0, except: ["a", "b"] }, hedge: { after: 2000, send: "openai" }, pause: { target: "claude", for: 45000 }, count: { n: 1 }, because: "it is" }`, nil},
		"parts of it":            {full, `{ pause: { for: "45s" } }`, nil},
		"nothing of it":          {full, `{}`, nil},
		"fail last":              {`return { fail: "last" };`, `{ fail: "last", send: null, pause: null }`, nil},
		"a failure":              {`return { fail: { status: 503, message: "m", retryAfter: "9s" } };`, `{ fail: { status: 503, retryAfter: 9000 } }`, nil},
		"ranges":                 {full, `{ after: { atLeast: 1, atMost: "1s" }, queue: { atLeast: "20s" }, maxTokens: { atMost: 5 } }`, nil},
		"an absent number is 0":  {`return { send: "claude" };`, `{ after: 0, queue: { atMost: 5 } }`, nil},
		"a number":               {full, `{ after: 30000 }`, []string{`after: want 30000, got 1000`}},
		"a duration":             {full, `{ queue: "30s" }`, []string{`queue: want "30s", got "20s"`}},
		"several, in order":      {full, `{ send: "openai", model: "n" }`, []string{`send: want "openai", got "claude"`, `model: want "n", got "m"`}},
		"inside":                 {full, `{ pause: { target: "openai" } }`, []string{`pause.target: want "openai", got "claude"`}},
		"in a list":              {full, `{ trim: { except: ["a", "c"] } }`, []string{`trim.except[1]: want "c", got "b"`}},
		"another length":         {full, `{ trim: { except: [] } }`, []string{`trim.except: want [], got ["a","b"]`}},
		"what is not there":      {`return { send: "claude" };`, `{ pause: { target: "claude" } }`, []string{`pause: want {"target":"claude"}, got nothing`}},
		"what should not be":     {full, `{ pause: null }`, []string{`pause: want nothing, got {"for":45000,"target":"claude"}`}},
		"outside of a range":     {full, `{ after: { atLeast: "2s", atMost: "3s" } }`, []string{`after: want at least "2s" and at most "3s", got "1s"`}},
		"a range of nothing":     {`return { send: "claude" };`, `{ after: { atLeast: 1 } }`, []string{`after: want at least 1, got nothing`}},
		"no range":               {full, `{ after: { atLeast: "soon" } }`, []string{`after: atLeast and atMost must be numbers or durations`}},
		"another kind":           {full, `{ send: 1, maxTokens: "five" }`, []string{`send: want 1, got "claude"`, `maxTokens: want "five", got 5`}},
		"a key no action has":    {full, `{ aftr: 1 }`, []string{`want.aftr: no action has this key (did you mean "after"?)`}},
		"nor any pause":          {full, `{ pause: { model: "m", four: 1 } }`, []string{`want.pause.four: no action has this key (did you mean "for"?)`}},
		"a text is not markup":   {`return { send: "claude", because: "<&>" };`, `{ because: "<" }`, []string{`because: want "<", got "<&>"`}},
		"an action, not a fault": {`return { send: "clod" };`, `{ send: "claude" }`, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, faults := run(t, c.decide, `{ name: "r", attempts: [{}], want: `+c.want+` }`)
			if name == "an action, not a fault" {
				if len(faults) != 1 || !strings.HasPrefix(faults[0].Message, `row "r": `) || faults[0].File != "p.ts" || faults[0].Line != 3 {
					t.Errorf("got %v", faults)
				}
				return
			}
			var got []string
			for _, m := range messages(faults) {
				_, m, _ = strings.Cut(m, `row "r": `)
				got = append(got, m)
			}
			if diff := cmp.Diff(c.faults, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestThrows(t *testing.T) {
	cases := map[string]struct{ decide, throws, want string }{
		"a part of the message": {`throw new Error("no capacity left");`, `"capacity"`, ""},
		"anything":              {`throw new Error("no capacity left");`, `true`, ""},
		"an invalid action":     {`return { send: "clod" };`, `"clod"`, ""},
		"another message":       {`throw new Error("no capacity left");`, `"no time"`, `row "r": throws: want "no time", got "`},
		"an action":             {`return { send: "claude" };`, `"capacity"`, `row "r": throws: want an error, got {"send":"claude"}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, faults := run(t, c.decide, `{ name: "r", throws: `+c.throws+` }`)
			if got := strings.Join(messages(faults), "\n"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestStateBetweenCallsIsAFault(t *testing.T) {
	cases := map[string]struct{ decide, rows, want string }{
		"from call to call":     {`return { send: "claude", after: ++calls };`, `{ name: "r", want: {} }`, `row "r": after: 1 at first, 2 the second time, for the same input`},
		"from row to row":       {`if (request.model === "m") calls = 1; return { send: "claude", after: calls };`, `{ name: "q", request: { model: "m" }, want: {} }, { name: "r", want: {} }`, `row "r": after: 1 at first, nothing in a fresh runtime, for the same input`},
		"an error every time":   {`if (calls++) throw new Error("twice"); return { send: "claude" };`, `{ name: "r", want: {} }`, `row "r": throws: nothing at first, "`},
		"a cache that is right": {`calls ||= 5; return { send: "claude", after: calls };`, `{ name: "r", want: {} }`, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, faults := run(t, c.decide, c.rows)
			got := strings.Join(messages(faults), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.want != "" && !strings.Contains(got, "keeps state in its module") {
				t.Errorf("no hint at the cause: %q", got)
			}
		})
	}
}

func TestBadRows(t *testing.T) {
	cases := map[string]struct {
		rows string
		want []string
	}{
		"typos": {
			`{ nam: "r", reqest: {}, wnat: {} }`,
			[]string{
				`p.test.ts:3:3: row "#1": nam: unknown key (did you mean "name"?)`,
				`p.test.ts:3:13: row "#1": reqest: unknown key (did you mean "request"?)`,
				`p.test.ts:3:25: row "#1": wnat: unknown key (did you mean "want"?)`,
			},
		},
		"typos inside": {
			`{ name: "r", request: { modle: "m", client: { prio: "low" } }, attempts: [{}, { reson: "paused" }], ctx: { timeleft: 1, health: { claude: { overload: 1 } } }, want: {} }`,
			[]string{
				`p.test.ts:3:25: row "r": request.modle: unknown key (did you mean "model"?)`,
				`p.test.ts:3:47: row "r": request.client.prio: unknown key (known here: name, priority, spent)`,
				`p.test.ts:3:81: row "r": attempts[1].reson: unknown key (did you mean "reason"?)`,
				`p.test.ts:3:108: row "r": ctx.timeleft: unknown key (did you mean "timeLeft"?)`,
				`p.test.ts:3:141: row "r": ctx.health.claude.overload: unknown key (did you mean "overloads"?)`,
			},
		},
		"wrong values": {
			`{ name: "r", request: { api: "antropic", maxTokens: 1.5, stream: "yes", client: 1 }, attempts: [{ reason: "overload", target: "clade", retryAfter: "soon" }], ctx: { now: "noon", stepsLeft: -1, health: { gpt: {} } }, want: 5 }`,
			[]string{
				`p.test.ts:3:25: row "r": request.api: must not be "antropic" (did you mean "anthropic"?)`,
				`p.test.ts:3:42: row "r": request.maxTokens: must be a whole number of 0 or more, not 1.5`,
				`p.test.ts:3:58: row "r": request.stream: must be true or false, not "yes"`,
				`p.test.ts:3:73: row "r": request.client: must be an object, not 1`,
				`p.test.ts:3:99: row "r": attempts[0].reason: must not be "overload" (did you mean "overloaded"?)`,
				`p.test.ts:3:119: row "r": attempts[0].target: must not be "clade" (did you mean "claude"?)`,
				`p.test.ts:3:136: row "r": attempts[0].retryAfter: must be a number of milliseconds or a text such as "30s", not "soon"`,
				`p.test.ts:3:166: row "r": ctx.now: must be milliseconds since 1970 or a text such as "2026-11-01T12:00:00Z", not "noon"`,
				`p.test.ts:3:179: row "r": ctx.stepsLeft: must be a whole number of 0 or more, not -1`,
				`p.test.ts:3:204: row "r": ctx.health.gpt: there is no such target (known here: claude, openai)`,
				`p.test.ts:3:217: row "r": want: must be an object, not 5`,
			},
		},
		"no row": {`5`, []string{
			`p.test.ts: row "#1": must be an object, not 5`,
		}},
		"no list": {`{ name: "r", attempts: {}, want: {} }`, []string{
			`p.test.ts:3:14: row "r": attempts: must be an array, not {}`,
		}},
		"both": {`{ name: "r", want: {}, throws: true }`, []string{
			`p.test.ts:3:24: row "r": throws: cannot be with want (a policy that throws gives no action: keep one of the two)`,
		}},
		"no name": {`{ want: {} }, { name: "", want: {} }`, []string{
			`p.test.ts:3:1: row "#1": name: is missing (say in a few words what the row shows)`,
			`p.test.ts:3:17: row "#2": name: is missing (say in a few words what the row shows)`,
		}},
		"no targets": {`{ name: "r", ctx: { targets: [], health: { claude: {} } }, want: {} }`, []string{
			`p.test.ts:3:21: row "r": ctx.targets: is empty (name at least one, or leave it out for those of the configuration)`,
		}},
		"a made row": {`row({ want: { send: "openai" } })`, []string{
			`p.test.ts:3:15: row "made": send: want "openai", got "claude"`,
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, faults := run(t, `return { send: "claude" };`, c.rows)
			got := messages(faults)
			if name == "no row" {
				got = got[:1]
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReportListsEveryRow(t *testing.T) {
	report, faults := run(t, `return { send: "claude" };`, `{ name: "a", want: {} }, { name: "b", want: { send: "openai" } }, { name: "c", want: {} }`)
	var got []string
	for _, row := range report.Rows {
		got = append(got, row.Name+map[bool]string{true: " ok", false: " failed"}[row.OK()])
	}
	if diff := cmp.Diff([]string{"a ok", "b failed", "c ok"}, got); diff != "" || report.Policy != "p" || report.File != "p.test.ts" {
		t.Errorf("%+v\n%s", report, diff)
	}
	if len(faults) != 1 || len(faults[0].Stack) != 1 || faults[0].Stack[0] != "decide (p.ts:3:1)" || faults[0].Source != `{ name: "a", want: {} }, { name: "b", want: { send: "openai" } }, { name: "c", want: {} }` {
		t.Errorf("faults: %v", faults)
	}
}

func TestATableThatHangsIsLeft(t *testing.T) {
	report, faults := run(t, `for (;;);`, `{ name: "a", want: {} }, { name: "b", want: {} }`)
	if len(report.Rows) != 1 || len(faults) != 1 || faults[0].Line == 0 {
		t.Errorf("rows: %v, faults: %v", report.Rows, faults)
	}
}

func TestATableIsAnArray(t *testing.T) {
	files := fstest.MapFS{"p.ts": {Data: []byte(`export function decide() { return { send: "claude" } }`)}, "p.test.ts": {Data: []byte(`export default { name: "r" }`)}}
	policy, _ := script.Compile(files, "p.ts")
	tests, _ := script.Folder{FS: files}.CompileTable("p.test.ts")
	_, faults := table.Run(policy, tests, table.Options{Env: configured})
	if len(faults) != 1 || !strings.Contains(faults[0].Error(), `p.test.ts: the default export must be an array of rows, not {"name":"r"}`) {
		t.Error(faults)
	}
}
