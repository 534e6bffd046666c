package proxy_test

import (
	"log/slog"
	"os"
	"testing"

	"spillway/proxy"
	"spillway/proxy/snapshot"
)

// TestStopBeforeServe stops a proxy that has not begun to serve, as a signal right after the start does.
func TestStopBeforeServe(t *testing.T) {
	p, err := proxy.New(snapshot.Sources{Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Embedded: os.DirFS("../policies")}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p.Shutdown(t.Context())
	if err := p.Serve(); err != nil {
		t.Errorf("Serve after Shutdown: %v", err)
	}
}
