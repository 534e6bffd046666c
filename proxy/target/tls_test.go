package target

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"spillway/engine"
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
