package proxy_test

import (
	"net/http"
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

// A person who opens a page in a browser is asked for the token.
func TestAdminTokenInBrowser(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Config: "admin_token: admin-token\n"})
	req, err := http.NewRequest(http.MethodGet, l.Admin+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	if got := do(t, req); got.StatusCode != 401 || !strings.HasPrefix(got.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
}

// The admin address asks for its token, except where a load balancer looks.
func TestAdminToken(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}, Config: "admin_token: [admin-token, { file: token }]\n", Files: map[string]string{"token": "second-token\n"}})
	for _, c := range []struct {
		path, token string
		basic       bool
		status      int
	}{
		{"/healthz", "", false, 200},
		{"/readyz", "", false, 200},
		{"/", "", false, 200},
		{"/dashboard/main.js", "", false, 200},
		{"/metrics", "", false, 401},
		{"/api/now", "", false, 401},
		{"/api/requests", "wrong", false, 401},
		{"/debug/pprof/", "", false, 401},
		{"/nowhere", "", false, 401},
		{"/api/targets/a/pause", "", false, 401},
		{"/metrics", "admin-token", false, 200},
		{"/metrics", "second-token", false, 200},
		{"/metrics", "admin-token", true, 200},
		{"/metrics", "admin-token2", true, 401},
		{"/metrics", "", true, 401},
	} {
		req, err := http.NewRequest(http.MethodGet, l.Admin+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.basic:
			req.SetBasicAuth("anyone", c.token)
		case c.token != "":
			req.Header.Set("Authorization", "Bearer "+c.token)
		}
		got := do(t, req)
		if got.StatusCode != c.status {
			t.Errorf("%s with %q: %d, want %d", c.path, c.token, got.StatusCode, c.status)
		}
		if challenge := got.Header.Get("WWW-Authenticate"); got.StatusCode == 401 != strings.HasPrefix(challenge, "Bearer ") {
			t.Errorf("%s with %q: challenged with %q", c.path, c.token, challenge)
		}
	}
}
