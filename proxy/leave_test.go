package proxy_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"spillway/proxy/simtarget"
)

func newTicks(t *testing.T) <-chan time.Time {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	t.Cleanup(ticker.Stop)
	return ticker.C
}

// idle waits until no request is under way.
func (l *lab) idle(t *testing.T) {
	t.Helper()
	ticks, late := newTicks(t), time.After(patience)
	for l.Open() > 0 {
		select {
		case <-ticks:
		case <-late:
			t.Fatalf("%d requests are still under way", l.Open())
		}
	}
}

// A client that sends no more counts as gone, as one that has left does: nothing is kept for it.
func TestHalfClosed(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: simtarget.Hang()}}})
	for name, leave := range map[string]func(*wire){
		"half": func(c *wire) { _ = c.CloseWrite() }, "whole": func(c *wire) { _ = c.Close() }, "reset": func(c *wire) { _ = c.SetLinger(0); _ = c.Close() },
	} {
		for _, stream := range []bool{true, false} {
			c, n := l.Dial(t), len(l.Targets[0].Requests())
			c.Say(request("/v1/messages", message(stream)))
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			seen, err := l.Targets[0].Await(ctx, n)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			leave(c)
			select {
			case <-seen.Gone():
			case <-ctx.Done():
				t.Errorf("%s: the target still works for nobody", name)
			}
			cancel()
			l.idle(t)
		}
	}
}

// A client that leaves within its request costs nothing more.
func TestUnfinishedRequests(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	whole := request("/v1/messages", message(false))
	for n := range len(whole) {
		c := l.Dial(t)
		c.Say(whole[:n])
		if n%2 == 0 {
			_ = c.SetLinger(0)
		}
		_ = c.Close()
	}
	l.idle(t)
	if got := l.Post(t, "/v1/messages", message(false)); got.StatusCode != 200 {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
	if n := len(l.Targets[0].Requests()); n != 1 {
		t.Errorf("%d requests reached the target", n)
	}
}

// A client that stops reading holds up its own answer, and the target's, but nobody else, and no memory.
func TestSlowReaders(t *testing.T) {
	const events, size = 500, 200 << 10 // 100 MB each
	text := string(bytes.Repeat([]byte("a"), size))
	flood := func(r *simtarget.Seen) simtarget.Answer {
		if r.Header("X-Flood") == "" {
			return simtarget.Message("hi")(r)
		}
		a := simtarget.Message(text)(r)
		delta := a.Pieces[len(a.Pieces)/2]
		pieces := a.Pieces[:len(a.Pieces)/2]
		for range events {
			pieces = append(pieces, delta)
		}
		a.Pieces = pieces
		return a
	}
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: flood, Keep: 10}}, Hasty: true})
	before := inUse()
	var slow []*wire
	for range 10 {
		c := l.Dial(t)
		_ = c.SetReadBuffer(4 << 10)
		c.Say(request("/v1/messages", message(true), "X-Flood: yes"))
		if _, err := c.reader.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	for range 20 {
		if got := l.Post(t, "/v1/messages", message(true)); got.StatusCode != 200 || got.Err != nil {
			t.Errorf("another client gets %d %v", got.StatusCode, got.Err)
		}
	}
	if grown := inUse() - before; grown > 64<<20 {
		t.Errorf("%d MB are held for clients that do not read", grown>>20)
	}
	l.idle(t) // each loses its connection when a write has not been taken for too long
	for _, c := range slow {
		if _, err := c.WriteTo(discard{}); err == nil {
			t.Error("an answer that was not taken in time ends as if it were whole")
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
