// Package target carries requests to configured targets over HTTP. It implements the loop's Sender on a fasthttp
// connection pool per target, and never retries: only the loop does.
package target

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"spillway/engine"
	"spillway/proxy/config"
)

// Target is one configured target and its connections. Safe for concurrent use.
type Target struct {
	name    string
	dialect engine.API
	host    string // for the Host header
	base    string // path prefix of the configured URL
	dialer  dialer
	client  *fasthttp.HostClient
}

// readBuffer bounds the headers of an answer, in bytes. Anthropic's with a CDN's added are about 3 KB.
const readBuffer = 8 << 10

// New makes the target ready. It dials nothing yet.
func New(c *config.Target) (*Target, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("read the target's url: %w", err)
	}
	t := &Target{
		name: c.Name, dialect: c.Dialect, host: u.Host, base: strings.TrimSuffix(u.Path, "/"),
		dialer: dialer{net.Dialer{Timeout: c.Timeouts.Connect, KeepAlive: 15 * time.Second}, nil},
	}
	isTLS := u.Scheme == "https"
	if isTLS {
		t.dialer.secure = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: u.Hostname()}
	}
	t.client = &fasthttp.HostClient{
		Addr:                          fasthttp.AddMissingPort(u.Host, isTLS),
		Dial:                          func(string) (net.Conn, error) { return &link{}, nil },
		MaxConns:                      1 << 20, // admission is the gate's work
		MaxIdleConnDuration:           50 * time.Second,
		ReadBufferSize:                readBuffer,
		ConnPoolStrategy:              fasthttp.LIFO,
		DisablePathNormalizing:        true,
		DisableHeaderNamesNormalizing: true,
	}
	return t, nil
}

// Close drops idle connections. Requests under way go on.
func (t *Target) Close() { t.client.CloseIdleConnections() }

// path is the target's own for a client's path: Anthropic's base URL comes without /v1, OpenAI's with it, as one gives
// them to the official SDKs.
func (t *Target) path(path string) string {
	if t.dialect == engine.OpenAI {
		return strings.TrimPrefix(path, "/v1")
	}
	return path
}
