package proxy_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"spillway/engine"
	"spillway/proxy"
	"spillway/proxy/simtarget"
	"spillway/proxy/snapshot"
)

// patience bounds a test that would otherwise hang. It is never waited for.
const patience = 20 * time.Second

// lab is a proxy between a test and simulated targets.
type lab struct {
	*proxy.Proxy
	URL, Admin string
	Targets    []*simtarget.Server
	Log        *journal
	Dir        string
}

// setup says what a lab is made of.
type setup struct {
	// Targets in order: the first is "a", the second "b" and so on.
	Targets []simtarget.Config
	// Rogue is one more target after the others, of the Anthropic dialect: it answers each request with bytes of its own.
	Rogue func(c net.Conn)
	// Policies by file name; nil = the default one as it ships, without its table.
	Policies map[string]string
	// Files are others, by name.
	Files map[string]string
	// Config is put at the end of the configuration file, Limits among its limits.
	Config, Limits string
	// Target is put under every target, indented by four spaces, and Under under those of its names.
	Target string
	Under  map[string]string
	// Keys is the line that gives every target its keys; "" = one that bears its name.
	Keys string
	// Hasty shortens the times that clients get to send and to take.
	Hasty bool
	// Quiet keeps no log.
	Quiet bool
	// Decide is the time limit of a decision; "" = 5s, since the machine that runs the tests may be busy.
	Decide string
}

// start runs a proxy for the length of a test.
func start(t *testing.T, s setup) *lab {
	t.Helper()
	l := &lab{Dir: t.TempDir(), Log: &journal{}}
	config := "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\ntargets:\n"
	for i, c := range s.Targets {
		target, err := simtarget.Start(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(target.Close)
		l.Targets = append(l.Targets, target)
		dialect := c.Dialect
		if dialect == "" {
			dialect = engine.Anthropic
		}
		keys := cmp.Or(s.Keys, fmt.Sprintf("key: target-key-%c", 'a'+i))
		config += fmt.Sprintf("  %c:\n    dialect: %s\n    url: %s\n    %s\n%s", 'a'+i, dialect, target.URL(), keys, s.Target+s.Under[string(rune('a'+i))])
	}
	if s.Rogue != nil {
		name := 'a' + len(s.Targets)
		config += fmt.Sprintf("  %c:\n    dialect: anthropic\n    url: %s\n    key: target-key-%[1]c\n%[3]s", name, rogue(t, s.Rogue), s.Target)
	}
	if s.Policies == nil {
		overload, err := os.ReadFile("../policies/overload.ts")
		if err != nil {
			t.Fatal(err)
		}
		s.Policies = map[string]string{"overload.ts": string(overload)}
	}
	if len(s.Policies) > 0 {
		config += "policies: policies\n"
		for name, text := range s.Policies {
			l.Write(t, "policies/"+name, text)
		}
	}
	for name, text := range s.Files {
		l.Write(t, name, text)
	}
	config += "limits:\n  decide: " + cmp.Or(s.Decide, "5s") + "\n  " + s.Limits + "\n"
	l.Write(t, "spillway.yaml", config+s.Config)
	log := slog.New(slog.NewTextHandler(l.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if s.Quiet {
		log = slog.New(slog.DiscardHandler)
	}
	p, err := proxy.New(snapshot.Sources{Config: filepath.Join(l.Dir, "spillway.yaml"), Embedded: os.DirFS("../policies")}, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	if s.Hasty {
		p.Hasten(500 * time.Millisecond)
	}
	l.Proxy, l.URL, l.Admin = p, "http://"+p.Addr(), "http://"+p.AdminAddr()
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

// Write puts a file into the lab's folder in one step.
func (l *lab) Write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(l.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".new", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// answer is what a test's client got.
type answer struct {
	*http.Response
	Body string
	Err  error // while reading the body
}

// Post sends a body to a path of the proxy and reads the answer to its end.
func (l *lab) Post(t *testing.T, path, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, l.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	describe(req)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return do(t, req)
}

// describe sets the headers that every client of a dialect sends.
func describe(req *http.Request) {
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(req.URL.Path, "/v1/messages") {
		req.Header.Set("Anthropic-Version", "2023-06-01")
	}
}

// Get reads a page of the admin API.
func (l *lab) Get(t *testing.T, path string) string {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, l.Admin+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, req).Body
}

func do(t *testing.T, req *http.Request) answer {
	t.Helper()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp, string(body), err}
}

// message is a request for /v1/messages.
func message(stream bool) string {
	return fmt.Sprintf(`{"model":"claude-opus-5-5","max_tokens":1024,"stream":%t,"messages":[{"role":"user","content":"hello"}]}`, stream)
}

// journal is a log that many goroutines write.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements [io.Writer].
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// String is everything so far.
func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
