package proxy_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

func TestBrokenStreamIsNeverACleanEnd(t *testing.T) {
	long := simtarget.Message(strings.Repeat("word ", 50))
	for name, breaks := range map[string]simtarget.Behaviour{
		"reset":     simtarget.ResetAfter(6, long),
		"cut":       simtarget.CutAfter(6, long),
		"truncated": simtarget.Truncated(long),
		"error":     simtarget.FailsAfter(6, simtarget.Fault{}, long),
	} {
		for _, api := range []engine.API{engine.Anthropic, engine.OpenAI} {
			t.Run(name+" "+string(api), func(t *testing.T) {
				t.Parallel()
				l := start(t, setup{Targets: []simtarget.Config{{Dialect: api, Behaviour: breaks}}})
				path, body := "/v1/messages", message(true)
				if api == engine.OpenAI {
					path, body = "/v1/chat/completions", `{"model":"gpt-5.6","messages":[{"role":"user","content":"hello"}],"stream":true}`
				}
				got := l.Post(t, path, body)
				if got.StatusCode != 200 || !strings.Contains(got.Body, "word") {
					t.Fatalf("status %d: %s", got.StatusCode, got.Body)
				}
				if got.Err == nil {
					t.Error("the body ended cleanly")
				}
				if !strings.Contains(got.Body, `"error"`) {
					t.Errorf("no error event in %s", got.Body)
				}
				if strings.Contains(got.Body, "message_stop") || strings.Contains(got.Body, "[DONE]") {
					t.Errorf("a clean end in %s", got.Body)
				}
				if log := l.Get(t, "/api/requests"); !strings.Contains(log, `"outcome": "broken"`) {
					t.Errorf("the trace does not say that it broke: %s", log)
				}
			})
		}
	}
}

func TestTornStreamArrivesIdentical(t *testing.T) {
	say := simtarget.Message("one two three")
	whole := start(t, setup{Targets: []simtarget.Config{{Behaviour: say}}}).Post(t, "/v1/messages", message(true))
	for _, size := range []int{1, 2, 3, 7, 64} {
		l := start(t, setup{Targets: []simtarget.Config{{Behaviour: simtarget.Torn(size, say)}}})
		got := l.Post(t, "/v1/messages", message(true))
		if got.Err != nil || strings.Count(got.Body, "\n") != strings.Count(whole.Body, "\n") || !strings.Contains(got.Body, "message_stop") {
			t.Errorf("in pieces of %d: %v\n%s", size, got.Err, got.Body)
		}
	}
}

// TestEveryEventIsFlushed reads an event before the target sends the next.
func TestEveryEventIsFlushed(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: simtarget.StallAfter(5, simtarget.Message(strings.Repeat("word ", 50)))}}})
	resp := open(t, l, message(true))
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "text_delta") {
			return
		}
	}
	t.Fatalf("the stream ended before its first content: %v", lines.Err())
}

func TestHangUpEndsTheTargetsRequest(t *testing.T) {
	slow := simtarget.StallAfter(5, simtarget.Message(strings.Repeat("word ", 50)))
	for name, c := range map[string]struct {
		behaviour simtarget.Behaviour
		stream    bool
	}{
		"before the first byte":  {simtarget.Hang(), true},
		"before a whole answer":  {simtarget.Hang(), false},
		"before the first event": {simtarget.QuietStart(time.Hour, simtarget.Message("late")), true},
		"in a silent stream":     {slow, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{Targets: []simtarget.Config{{Behaviour: c.behaviour}}})
			conn := raw(t, l, message(c.stream))
			seen := await(t, l, 0)
			conn.Close()
			select {
			case <-seen.Gone():
			case <-time.After(patience):
				t.Fatal("the target still holds the request")
			}
		})
	}
}

func TestHangUpDuringAWait(t *testing.T) {
	l := start(t, setup{
		Targets:  []simtarget.Config{{Behaviour: simtarget.Overloaded()}},
		Policies: map[string]string{"overload.ts": `export function decide(r, attempts) { return { send: "a", after: attempts.length ? "1h" : 0 } }`},
		Config:   "deadline: 2h\n",
	})
	conn := raw(t, l, message(true))
	await(t, l, 0)
	conn.Close()
	for !strings.Contains(l.Get(t, "/api/requests"), `"outcome": "gone"`) {
		if t.Context().Err() != nil {
			t.Fatal("the request still waits")
		}
	}
	if n := len(l.Targets[0].Requests()); n != 1 {
		t.Errorf("%d requests reached the target, want 1", n)
	}
}

// open sends a message and returns once the answer's head is there.
func open(t *testing.T, l *lab, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.URL+"/v1/messages", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	describe(req)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// raw sends a message on a connection of its own and reads nothing.
func raw(t *testing.T, l *lab, body string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	req, err := http.NewRequest(http.MethodPost, "http://spillway/v1/messages", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	describe(req)
	if err := req.Write(conn); err != nil {
		t.Fatal(err)
	}
	return conn
}

// await waits until request n has reached the first target.
func await(t *testing.T, l *lab, n int) *simtarget.Seen {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	seen, err := l.Targets[0].Await(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestGracefulStop(t *testing.T) {
	release := make(chan struct{})
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: func(r *simtarget.Seen) simtarget.Answer {
		<-release
		return simtarget.Message("finished")(r)
	}}}})
	conn := raw(t, l, message(true))
	await(t, l, 0)
	stopped := make(chan []string)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		stopped <- l.Shutdown(ctx)
	}()
	for {
		c, err := net.Dial("tcp", l.Addr())
		if err != nil {
			break // it accepts no more
		}
		c.Close()
	}
	close(release)
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(answer), "message_stop") {
		t.Errorf("the stream under way did not finish: %v %s", err, answer)
	}
	if cut := <-stopped; len(cut) != 0 {
		t.Errorf("cut %v", cut)
	}
}

func TestStopCutsWhatDoesNotFinish(t *testing.T) {
	for name, c := range map[string]struct {
		behaviour simtarget.Behaviour
		says      string
	}{
		"before its answer": {simtarget.Hang(), "503 Service Unavailable"},
		"in its answer":     {simtarget.StallAfter(5, simtarget.Message(strings.Repeat("word ", 50))), "event: error"},
	} {
		t.Run(name, func(t *testing.T) {
			l := start(t, setup{Targets: []simtarget.Config{{Behaviour: c.behaviour}}})
			conn := raw(t, l, message(true))
			await(t, l, 0)
			first := make([]byte, 1)
			if name == "in its answer" {
				if _, err := conn.Read(first); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if cut := l.Shutdown(ctx); len(cut) != 1 {
				t.Errorf("cut %v, want one request", cut)
			}
			rest, _ := io.ReadAll(conn)
			if !strings.Contains(string(rest), c.says) || !strings.Contains(string(rest), "Spillway is stopping") || strings.Contains(string(rest), "message_stop") {
				t.Errorf("the client hears %s", rest)
			}
		})
	}
}
