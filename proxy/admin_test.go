package proxy_test

import (
	"encoding/json"
	"io"
	"net/http"
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
		"/api/requests/none": "no such request", "/": "/healthz",
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
	for path, c := range map[string]struct {
		body   string
		status int
	}{
		"/api/targets/nobody/pause": {`{"for":"1m"}`, 404},
		"/api/targets/a/destroy":    {`{}`, 404},
		"/api/targets/a/pause":      {`{"for":"-1m"}`, 400},
		"/api/targets/a/resume":     {`{`, 400},
	} {
		if got := order(t, l, path, c.body); got.StatusCode != c.status || !json.Valid([]byte(got.Body)) {
			t.Errorf("%s: %d %s, want %d", path, got.StatusCode, got.Body, c.status)
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

func order(t *testing.T, l *lab, path, body string) answer {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, l.Admin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return do(t, req)
}
