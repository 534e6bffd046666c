package target

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/config"
	"spillway/proxy/failure"
	"spillway/proxy/loop"
)

func newTarget(t *testing.T, url string) *Target {
	t.Helper()
	target, err := New(&config.Target{Name: "a", Dialect: engine.Anthropic, URL: url, Timeouts: config.Timeouts{Connect: 100 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.Close)
	return target
}

func get() *loop.Outgoing {
	return &loop.Outgoing{
		Method: "GET", Path: "/v1/models", Header: func(func(key, value []byte) bool) {}, Until: time.Now().Add(10 * time.Second),
	}
}

// A client that left before its request was sent, while a connection was being made for it, is not waited for.
func TestACutBeforeTheExchangeStands(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Error("sent: ", r.URL) }))
	defer server.Close()
	out := get()
	out.Gone = new(clock.Signal)
	out.Gone.Fire()
	if _, err := newTarget(t, server.URL).Send(out); err == nil {
		t.Error("an answer")
	}
}

// An answer to HEAD says how long a body would be, and has none.
func TestHeadHasNoBody(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "5") }))
	defer server.Close()
	out := get()
	out.Method = "HEAD"
	in, err := newTarget(t, server.URL).Send(out)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if in.Status() != 200 || len(in.Body()) > 0 {
		t.Errorf("%d %q", in.Status(), in.Body())
	}
}

// A target that accepts and never shakes hands, and one whose certificate nobody vouches for, are not connected to.
func TestHandshakeIsPartOfConnecting(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	defer stranger.Close()
	for name, url := range map[string]string{"silent": "https://" + silent.Addr().String(), "unknown certificate": stranger.URL} {
		if _, err := newTarget(t, url).Send(get()); !errors.Is(err, failure.ErrConnect) {
			t.Errorf("%s: %v, want %v", name, err, failure.ErrConnect)
		}
	}
}
