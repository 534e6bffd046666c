package dashboard_test

import (
	"fmt"
	"testing"
)

// calm is what /api/now says when nothing is wrong: one request a second, all ok. Cases change it by JavaScript.
const calm = `{
  at: "2026-11-24T03:00:00Z", draining: false, open: 1, line: { requests: 0, tokens: 0, limit: 100 },
  policies: { revision: "r1", rejected: undefined },
  traffic: { sends: Array(300).fill(1), overloads: Array(300).fill(0), outcomes: { ok: Array(300).fill(1), failed: Array(300).fill(0), broken: Array(300).fill(0) } },
  targets: [
    { name: "claude", gates: [{ model: "m", state: "open", errorRate: 0, overloads: 0, inFlight: 1, limit: 9, queued: 0 }] },
    { name: "gpt", gates: [{ model: "m", state: "open", errorRate: 0, overloads: 0, inFlight: 0, limit: 9, queued: 0 }] },
    { name: "spare", gates: [] },
  ],
}`

func TestVerdict(t *testing.T) {
	b := browse(t, start(t))
	const pause = `Object.assign(now.targets[0].gates[0], { state: "paused", until: "2026-11-24T03:00:12Z", why: "five in a row", at: "overload.ts:58:16" });`
	for name, c := range map[string]struct{ change, tone, headline, cause string }{
		"calm":             {``, "good", "All is well", ""},
		"no traffic":       {`now.traffic.sends.fill(0); now.open = 0`, "good", "All is quiet", ""},
		"paused":           {pause, "warn", "Clients are served, though claude is in trouble", "claude · m is paused for another 12 s “five in a row” overload.ts:58:16"},
		"all paused":       {pause + `now.targets[1].gates[0].state = "probing"`, "bad", "Every target in use is closed; requests wait", "claude · m is paused for another 12 s “five in a row” overload.ts:58:16"},
		"probing":          {`now.targets[1].gates[0].state = "probing"`, "warn", "Clients are served, though gpt is in trouble", "gpt · m waits for one request to go through before it opens"},
		"overloaded":       {`Object.assign(now.targets[1].gates[0], { overloads: 4, errorRate: 0.5 })`, "warn", "Clients are served, though gpt is in trouble", "gpt · m fails 50 % of sends, the last 4 in a row by overload"},
		"whole target":     {pause + `now.targets[0].gates.unshift({ ...now.targets[0].gates[0], whole: true, model: "" })`, "warn", "Clients are served, though claude is in trouble", "claude is paused for another 12 s “five in a row” overload.ts:58:16"},
		"a lost key":       {`now.targets[0].keys = [{ key: "1a2b", benches: [{ reason: "auth", message: "no" }] }, { key: "3c4d" }]`, "warn", "Clients are served, though claude is in trouble", "claude: the key 1a2b is left alone for auth until the configuration changes “no”"},
		"a resting key":    {`now.targets[0].keys = [{ key: "1a2b", benches: [{ reason: "rate_limit", until: "2026-11-24T03:00:12Z" }] }, { key: "3c4d" }]`, "good", "All is well", ""},
		"no key is left":   {`Object.assign(now.targets[0].gates[0], { state: "paused", policy: "keys", why: "no key may be used" })`, "warn", "Clients are served, though claude is in trouble", "claude · m is closed until the configuration changes “no key may be used”"},
		"few errors":       {`now.traffic.outcomes.failed[299] = 1`, "warn", "A few requests fail", "3.2 % of requests in the last 30 s ended in an error for the client"},
		"many errors":      {`now.traffic.outcomes.broken.fill(1)`, "bad", "Clients get errors", "50 % of requests in the last 30 s ended in an error for the client"},
		"old errors":       {`now.traffic.outcomes.failed[200] = 9`, "good", "All is well", ""},
		"errors and why":   {pause + `now.traffic.outcomes.failed.fill(1)`, "bad", "Clients get errors: claude in trouble", "50 % of requests in the last 30 s ended in an error for the client"},
		"in line":          {`now.line.requests = 2`, "good", "All is well", "2 requests in line"},
		"a long line":      {`now.line.requests = 3`, "warn", "Clients wait in line", "3 requests in line"},
		"a line, and why":  {pause + `now.line.requests = 3`, "warn", "Clients wait in line: claude in trouble", "3 requests in line"},
		"a full line":      {`now.line.requests = 90`, "bad", "The line is nearly full: soon requests will be turned away", "90 requests in line, of 100 at most"},
		"a spent limit":    {`now.clients = [{ name: "shop", limits: [{ measure: "dollars", period: "day", used: 0.96, most: 1 }, { measure: "tokens", period: "day", used: 9, most: 10 }] }]`, "good", "All is well", "shop has used 96 % of its dollars per day"},
		"a rejected edit":  {`now.policies.rejected = { faults: [{ message: "no such target", at: "mine.ts:3:9" }] }`, "warn", "Clients are served, but an edit was rejected", "an edit was rejected; revision r1 serves on “no such target” mine.ts:3:9"},
		"a benched policy": {`now.policies.benched = ["mine"]`, "warn", "Clients are served without a policy that had to be stopped too often", "policy mine had to be stopped too often and is not called: its onError decides"},
		"rejected, unread": {`now.policies.rejected = { faults: [] }`, "warn", "Clients are served, but an edit was rejected", "an edit was rejected; revision r1 serves on"},
		"stopping":         {`now.draining = true`, "warn", "Spillway is stopping", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := read[[]string](b, fmt.Sprintf(`import("/dashboard/verdict.js").then(({ judge }) => {
			  const now = %s;
			  %s;
			  const { tone, headline, causes } = judge(now);
			  const [first] = causes;
			  return [tone, headline, first ? [first.text, first.why && "“" + first.why + "”", first.at].filter(Boolean).join(" ") : ""];
			})`, calm, c.change))
			if got[0] != c.tone || got[1] != c.headline || got[2] != c.cause {
				t.Errorf("it says %q, want %q", got, c)
			}
		})
	}
}
