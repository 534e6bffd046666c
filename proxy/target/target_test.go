package target

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/config"
	"spillway/proxy/failure"
	"spillway/proxy/loop"
)

func newTarget(t testing.TB, url string, connect time.Duration) *Target {
	t.Helper()
	target, err := New(&config.Target{Name: "a", Dialect: engine.Anthropic, URL: url, Timeouts: config.Timeouts{Connect: connect}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.Close)
	return target
}

// secureTarget trusts the server.
func secureTarget(t testing.TB, server *httptest.Server) *Target {
	t.Helper()
	target := newTarget(t, server.URL, time.Second)
	if cert := server.Certificate(); cert != nil {
		target.dialer.secure.RootCAs = x509.NewCertPool()
		target.dialer.secure.RootCAs.AddCert(cert)
	}
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
	if _, err := newTarget(t, server.URL, time.Second).Send(out); err == nil {
		t.Error("an answer")
	}
}

// A request that is over, while a connection is being made for it, does not wait for that.
func TestConnectingEndsWithTheRequest(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for name, c := range map[string]struct {
		within time.Duration
		leaves bool
		want   error
	}{
		"the client left":  {time.Hour, true, context.Canceled},
		"its time is over": {20 * time.Millisecond, false, failure.ErrFirstEvent},
	} {
		out := get()
		out.Until, out.Gone = time.Now().Add(c.within), new(clock.Signal)
		go func() {
			if _, err := silent.Accept(); err == nil && c.leaves {
				out.Gone.Fire()
			}
		}()
		if _, err := newTarget(t, "https://"+silent.Addr().String(), 5*time.Second).Send(out); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// An answer to HEAD says how long a body would be, and has none.
func TestHeadHasNoBody(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "5") }))
	defer server.Close()
	out := get()
	out.Method = "HEAD"
	in, err := newTarget(t, server.URL, time.Second).Send(out)
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
		if _, err := newTarget(t, url, 100*time.Millisecond).Send(get()); !errors.Is(err, failure.ErrConnect) {
			t.Errorf("%s: %v, want %v", name, err, failure.ErrConnect)
		}
	}
}

// What a target sends behind an answer is not taken for the next one, wherever it is kept until then.
func TestNothingIsLeftForTheNextAnswer(t *testing.T) {
	const body = 12_000 // more than a reader takes at once, so that it is read by its length
	for name, begin := range map[string]func(*httptest.Server){"plain": (*httptest.Server).Start, "TLS": (*httptest.Server).StartTLS} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { c.Close() })
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", body)
			fmt.Fprint(c, strings.Repeat("a", body), "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
		}))
		server.TLS = &tls.Config{DynamicRecordSizingDisabled: true}
		begin(server)
		defer server.Close()
		target := secureTarget(t, server)
		for range 2 {
			in, err := target.Send(get())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := in.Body(); len(got) != body {
				t.Errorf("%s: %q", name, got)
			}
			in.Close()
		}
	}
}

// BenchmarkSend is one short request on a connection that is kept.
func BenchmarkSend(b *testing.B) {
	for name, begin := range map[string]func(*httptest.Server){"plain": (*httptest.Server).Start, "TLS": (*httptest.Server).StartTLS} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
			begin(server)
			defer server.Close()
			target, out := secureTarget(b, server), get()
			b.ReportAllocs()
			for b.Loop() {
				in, err := target.Send(out)
				if err != nil {
					b.Fatal(err)
				}
				in.Close()
			}
		})
	}
}
