package proxy_test

import (
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

// A target with a list of betas never sees another, nor what that one adds to a request.
func TestBetasATargetDoesNotKnow(t *testing.T) {
	const asked = `{"model":"m","max_tokens":9%s,"messages":[{"role":"user","content":"a"}]}`
	for name, c := range map[string]struct {
		betas, field   string
		arrives, edits string // the header that arrives; x-spillway-edits
		unfit          string
	}{
		"known":            {"context-1m-2025-08-07", ``, "context-1m-2025-08-07", "", ""},
		"unknown":          {"new-2026-01-01", ``, "", "betas;without=new-2026-01-01", ""},
		"one of two":       {"new-2026-01-01, context-1m-2025-08-07", ``, "context-1m-2025-08-07", "betas;without=new-2026-01-01", ""},
		"with its field":   {"fast-mode-2026-02-01", `,"speed":"fast"`, "", "betas;without=fast-mode-2026-02-01,body;speed", ""},
		"that is a matter": {"mcp-client-2025-11-20", `,"mcp_servers":[{"type":"url"}]`, "", "", "does not know the beta that the request's mcp_servers needs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{Targets: []simtarget.Config{{}}, Target: "    betas: [context-1m-2025-08-07]\n"})
			got := l.Post(t, "/v1/messages", strings.Replace(asked, "%s", c.field, 1), "Anthropic-Beta", c.betas)
			if c.unfit != "" {
				if got.StatusCode != 400 || !strings.Contains(got.Body, c.unfit) {
					t.Errorf("%d %s", got.StatusCode, got.Body)
				}
				return
			}
			seen := l.Targets[0].Requests()[0]
			if seen.Header("Anthropic-Beta") != c.arrives || string(seen.Body) != strings.Replace(asked, "%s", "", 1) {
				t.Errorf("arrived: %q\n%s", seen.Header("Anthropic-Beta"), seen.Body)
			}
			if edits := got.Header.Get("X-Spillway-Edits"); edits != c.edits {
				t.Errorf("x-spillway-edits: %q, want %q", edits, c.edits)
			}
		})
	}
}

func TestAllBetasTravelWithoutAList(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	l.Post(t, "/v1/messages", message(false), "Anthropic-Beta", "new-2026-01-01, older")
	if got := l.Targets[0].Requests()[0].Header("Anthropic-Beta"); got != "new-2026-01-01, older" {
		t.Error(got)
	}
}
