package dashboard_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spillway/proxy"
	"spillway/proxy/simtarget"
	"spillway/proxy/snapshot"
)

// patience bounds what would otherwise hang. It is never waited for.
const patience = 60 * time.Second

// hostile is what names and messages from outside may look like.
const hostile = `<img src=x onerror="window.harmed=1">`

// lab is a Spillway whose targets say hostile things.
type lab struct {
	dir, url, admin string
}

// The policy that the lab starts with sends once; a model "closed" makes it pause the target first.
const policy = `export function decide(request, attempts) {
  if (attempts.length) return { fail: "last" };
  return { send: "a", because: "<b>because</b>", pause: request.model === "closed" ? { target: "b", for: "1h" } : undefined };
}`

// clients has one, with limits.
const clients = "clients: [ { name: shop, key: shop-key, priority: low, limits: { requests: 1000/day, tokens: 1M/month, dollars: 5/hour } } ]\n"

func start(t *testing.T, more ...string) *lab {
	t.Helper()
	l := &lab{dir: t.TempDir()}
	config := "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\npolicy: mine\npolicies: policies\nlimits: { decide: 5s }\ntargets:\n"
	for _, name := range []string{"a", "b"} {
		target, err := simtarget.Start(simtarget.Config{Behaviour: behave})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(target.Close)
		config += fmt.Sprintf("  %s: { dialect: anthropic, url: %q, key: key-of-%s }\n", name, target.URL(), name)
	}
	l.write(t, "policies/mine.ts", policy)
	l.write(t, "spillway.yaml", config+clients+strings.Join(more, ""))
	p, err := proxy.New(snapshot.Sources{Config: filepath.Join(l.dir, "spillway.yaml"), Embedded: os.DirFS("../../policies")}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l.url, l.admin = "http://"+p.Addr(), "http://"+p.AdminAddr()
	served := make(chan error, 1)
	go func() { served <- p.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		p.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return l
}

// behave answers, except for a model with markup in its name.
func behave(r *simtarget.Seen) simtarget.Answer {
	if strings.Contains(r.Model(), "<") {
		return simtarget.Fails(simtarget.Fault{Status: 529, Type: "overloaded_error", Message: "overloaded " + hostile})(r)
	}
	return simtarget.Message("hello")(r)
}

func (l *lab) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(l.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request for a model, and returns its id.
func (l *lab) ask(t *testing.T, model string) string {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"model": model, "max_tokens": 10, "messages": []map[string]string{{"role": "user", "content": "hello"}}})
	req, err := http.NewRequest(http.MethodPost, l.url+"/v1/messages", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Api-Key", "shop-key")
	req.Header.Set("Anthropic-Version", "2023-06-01")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.Header.Get("X-Spillway-Id")
}
