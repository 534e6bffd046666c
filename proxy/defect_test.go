package proxy_test

import (
	"net/http"
	"strings"
	"testing"

	"spillway/proxy/loop"
	"spillway/proxy/simtarget"
)

// flawed is a way to a target that panics where a request's x-panic says, and when it is asked for its models.
type flawed struct{ loop.Sender }

func (f flawed) Send(out *loop.Outgoing) (loop.Incoming, error) {
	where := ""
	for key, value := range out.Header {
		if strings.EqualFold(string(key), "X-Panic") {
			where = string(value)
		}
	}
	if where == "send" || out.Path == "/v1/models" {
		panic("planted")
	}
	in, err := f.Sender.Send(out)
	return &flawedAnswer{in, where}, err
}

type flawedAnswer struct {
	loop.Incoming
	where string
}

func (a *flawedAnswer) Stream() loop.Stream {
	stream := a.Incoming.Stream()
	if stream == nil {
		return nil
	}
	return &flawedStream{Stream: stream, where: a.where}
}

func (a *flawedAnswer) Close() error {
	if a.where == "close" {
		panic("planted")
	}
	return a.Incoming.Close()
}

// flawedStream comes byte by byte.
type flawedStream struct {
	loop.Stream
	where string
	read  []byte
}

func (s *flawedStream) Read(p []byte) (int, error) {
	n, err := s.Stream.Read(p[:1])
	if s.read = append(s.read, p[:n]...); s.where == "read" && strings.HasSuffix(string(s.read), "event: message_delta") {
		panic("planted")
	}
	return n, err
}

// A defect ends the request that it is in and no other, wherever it shows: its client hears of it, its log tells where it is, and
// its place at the gate is free.
func TestADefectEndsItsRequestAlone(t *testing.T) {
	for name, c := range map[string]struct {
		where, decide, limits string
		stream                bool
		want                  string // of what the client gets
		whole                 bool   // that ends well
	}{
		"a send":               {"send", `return { send: "a" }`, "", false, "Spillway failed inside", true},
		"a side of a hedge":    {"send", `return { send: "a", hedge: { after: "1h", send: "b" } }`, "", false, "Spillway failed inside", true},
		"behind early headers": {"send", `return { send: "a", after: 100 }`, "early_headers: 5ms", true, "Spillway failed inside", false},
		"a stream":             {"read", `return { send: "a" }`, "", true, "event: content_block_stop", false},
		"the end of a stream":  {"close", `return { send: "a" }`, "", true, "event: message_stop", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{Targets: []simtarget.Config{{}, {}}, Policies: decides(c.decide), Limits: c.limits})
			l.Wrap(func(s loop.Sender) loop.Sender { return flawed{s} })
			got := l.Post(t, "/v1/messages", message(c.stream), "X-Panic", c.where)
			if !strings.Contains(got.Body, c.want) || (got.Err == nil) != c.whole {
				t.Errorf("%d %v\n%s", got.StatusCode, got.Err, got.Body)
			}
			l.idle(t)
			log := l.Log.String()
			if !strings.Contains(log, "id="+got.Header.Get("X-Spillway-Id")+" panic=") || !strings.Contains(log, "planted") || !strings.Contains(log, "flawed") {
				t.Errorf("the log has no place of the defect:\n%s", log)
			}
			if targets := l.Get(t, "/api/targets"); strings.Count(targets, `"inFlight": 0`) != strings.Count(targets, `"inFlight"`) {
				t.Errorf("a place is not given back:\n%s", targets)
			}
			if next := l.Post(t, "/v1/messages", message(c.stream)); next.StatusCode != 200 || next.Err != nil {
				t.Errorf("another request gets %d %v", next.StatusCode, next.Err)
			}
		})
	}
}

// A request without a body may fail as well.
func TestADefectInAGet(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}, {}}})
	l.Wrap(func(s loop.Sender) loop.Sender { return flawed{s} })
	for path, want := range map[string]int{"/v1/models": 502, "/v1/files": 500} {
		req, err := http.NewRequest(http.MethodGet, l.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Anthropic-Version", "2023-06-01")
		req.Header.Set("X-Panic", "send")
		if got := do(t, req); got.StatusCode != want || !strings.Contains(l.Log.String(), "planted") {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.Body)
		}
	}
}
