package proxy_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

func TestAdminPages(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	id := l.Post(t, "/v1/messages", message(true)).Header.Get("X-Spillway-Id")
	for path, says := range map[string]string{
		"/healthz": "ok", "/readyz": "ready", "/metrics": `spillway_requests_total{api="anthropic",outcome="ok",status="200"} 1`,
		"/api/policies": `"state": "loaded"`, "/api/targets": `"state": "open"`, "/api/requests": id, "/api/requests/" + id: `"line": `,
		"/api/requests/none": "no such request", "/": "<title>Spillway", "/nowhere": "/healthz",
	} {
		if got := l.Get(t, path); !strings.Contains(got, says) {
			t.Errorf("%s does not say %q:\n%s", path, says, got)
		}
	}
}

func TestOperatorPausesAndResumes(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}, {}}})
	served := func() string { return l.Post(t, "/v1/messages", message(false)).Header.Get("X-Spillway-Target") }
	if got := served(); got != "a" {
		t.Fatalf("served by %q", got)
	}
	if got := order(t, l, "/api/targets/a/pause", `{"for":"1h","because":"maintenance"}`); got.StatusCode != 200 {
		t.Fatalf("%d %s", got.StatusCode, got.Body)
	}
	if got := served(); got != "b" {
		t.Errorf("while a is paused it is served by %q", got)
	}
	if view := l.Get(t, "/api/targets"); !strings.Contains(view, `"state": "paused"`) || !strings.Contains(view, "maintenance") || !strings.Contains(view, `"policy": "operator"`) {
		t.Errorf("the pause does not show: %s", view)
	}
	order(t, l, "/api/targets/a/resume", `{}`)
	if got := served(); got != "a" {
		t.Errorf("after resuming it is served by %q", got)
	}
}

func TestOrdersThatAreRefused(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	for _, c := range []struct {
		path, body string
		status     int
		says       string
	}{
		{"nobody/pause", `{"for":"1m"}`, 404, "there is no target nobody"},
		{"a/destroy", `{}`, 404, "orders are pause and resume"},
		{"a/pause", `{"for":"-1m"}`, 400, `for: \"-1m\" is no duration above zero, such as 10m`},
		{"a/pause", `{}`, 400, `for: \"\" is no duration above zero`},
		{"a/pause", `{"fro":"1s"}`, 400, `there is no key \"fro\" (did you mean \"for\"?)`},
		{"a/pause", `{"key":"sha256:0","for":"1m"}`, 400, `there is no key \"key\" (there are model, for, because)`},
		{"a/pause", `{"for":"1m","modle":"x"}`, 400, `there is no key \"modle\" (did you mean \"model\"?)`},
		{"a/pause", `{"for":"soon"}`, 400, `for: \"soon\" is no duration`},
		{"a/resume", `{`, 400, "unexpected end"},
		{"a/resume", `[]`, 400, "cannot unmarshal array"},
	} {
		if got := order(t, l, "/api/targets/"+c.path, c.body); got.StatusCode != c.status || !json.Valid([]byte(got.Body)) || !strings.Contains(got.Body, c.says) {
			t.Errorf("%s %s: %d %s, want %d with %s", c.path, c.body, got.StatusCode, got.Body, c.status, c.says)
		}
	}
	resp, err := http.Post(l.Admin+"/api/targets/a/pause", "text/plain", strings.NewReader(`{"for":"1m"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, _ = io.ReadAll(resp.Body); resp.StatusCode != 415 {
		t.Errorf("an order that any web page could send got %d", resp.StatusCode)
	}
}

// A page of another origin gives no orders, though it served from this machine too.
func TestOrdersFromElsewhere(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	for name, c := range map[string]struct {
		header, value string
		status        int
	}{
		"the dashboard":            {"Origin", l.Admin, 200},
		"no browser":               {"X-Other", "", 200},
		"another port":             {"Origin", "http://127.0.0.1:3000", 403},
		"a page without an origin": {"Origin", "null", 403},
		"another site":             {"Sec-Fetch-Site", "cross-site", 403},
		"the same site":            {"Sec-Fetch-Site", "same-site", 403},
		"the same origin":          {"Sec-Fetch-Site", "same-origin", 200},
	} {
		req, err := http.NewRequest(http.MethodPost, l.Admin+"/api/targets/a/resume", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(c.header, c.value)
		if got := do(t, req); got.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", name, got.StatusCode, c.status)
		}
	}
}

func TestNow(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: simtarget.InTurn(simtarget.Overloaded(), simtarget.Message("hello"))}}, Policies: map[string]string{
		"overload.ts": `export function decide(request, attempts) { return attempts.length > 1 ? { fail: "last" } : { send: "a" } }`,
	}, Target: "    price: { claude-opus-5-5: { input: 1000000, output: 0 } }\n"})
	l.Post(t, "/v1/messages", message(false))
	smooth := l.Post(t, "/v1/messages", message(false)).Header.Get("X-Spillway-Id")
	l.Post(t, "/v1/messages", "{")
	var now struct {
		Traffic struct {
			Ends             int64
			Outcomes         map[string][]int
			Refused          []int
			Sends, Overloads []int
			Dollars          []float64
		}
		Requests []struct{ ID, Tried string }
	}
	read := func(query string) {
		if err := json.Unmarshal([]byte(l.Get(t, "/api/now"+query)), &now); err != nil {
			t.Fatal(err)
		}
	}
	sum := func(list []int) (n int) {
		for _, v := range list {
			n += v
		}
		return n
	}
	read("?only=trouble")
	if len(now.Requests) != 1 || now.Requests[0].Tried != "a:overloaded" || now.Requests[0].ID == smooth {
		t.Errorf("trouble: %+v", now.Requests)
	}
	if tr := now.Traffic; sum(tr.Outcomes["ok"]) != 2 || sum(tr.Refused) != 1 || sum(tr.Sends) != 3 || sum(tr.Overloads) != 1 {
		t.Errorf("traffic: %+v", tr)
	}
	if dollars := slices.Max(now.Traffic.Dollars); dollars <= 0 {
		t.Error("the answers cost nothing")
	}
	if read("?limit=1"); len(now.Requests) != 1 || now.Requests[0].ID != smooth {
		t.Errorf("limit 1: %+v", now.Requests)
	}
}

func order(t *testing.T, l *lab, path, body string) answer {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, l.Admin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return do(t, req)
}
