package proxy

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"spillway/proxy/deadline"
)

const (
	// sendTimeout is how long a client may take to take what was written.
	sendTimeout = 90 * time.Second
	// A client that is still sending when it has been refused is listened to a little longer: closing at once would make
	// its system throw the answer away.
	lingerTime  = 2 * time.Second
	lingerBytes = 64 << 20
)

// Bind opens the listener for a purpose, clients or admin, at a host:port; nil = [net.Listen] does. It may hand on one that another
// process has opened.
type Bind func(purpose, address string) (net.Listener, error)

// open gives a listener that may be closed more than once.
func (b Bind) open(purpose, address string) (net.Listener, error) {
	if b == nil {
		b = func(_, address string) (net.Listener, error) { return net.Listen("tcp", address) }
	}
	l, err := b(purpose, address)
	if err != nil {
		return nil, err
	}
	return &closeOnce{Listener: l}, nil
}

// closeOnce is a listener that is closed when whoever stops it first does so. Later calls do nothing.
type closeOnce struct {
	net.Listener

	closed atomic.Bool
}

// Close implements [net.Listener].
func (l *closeOnce) Close() error {
	if l.closed.Swap(true) {
		return nil
	}
	return l.Listener.Close()
}

// patientListener's connections give a slow client a limited time for each write.
type patientListener struct {
	net.Listener
	sendTimeout time.Duration
	body        func() int64 // the longest body of a request, by now
}

// Accept implements [net.Listener].
func (l patientListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &patientConn{Conn: deadline.New(tcp), sendTimeout: l.sendTimeout, body: l.body}, nil
	}
	return c, err
}

// errTooLong is a request that is far longer on the wire than in itself: chunk extensions and their like have no bound.
var errTooLong = errors.New("a request with too much framing")

// patientConn bounds each Write by its sendTimeout, and what is read between two writes. A whole answer may take longer.
type patientConn struct {
	*deadline.Conn
	sendTimeout time.Duration
	body        func() int64
	taken       atomic.Int64 // bytes of this request; a stop writes too, behind TLS
	linger      atomic.Bool  // the client was refused before all of its request was read
	begun       bool
	claude      bool // the first request was for Anthropic's messages
}

// Read implements [net.Conn]. It notes what the client speaks, for an answer to what the server cannot read.
func (c *patientConn) Read(b []byte) (int, error) {
	if taken := c.taken.Load(); taken > 1<<20 && taken > 2*c.body()+1<<20 {
		return 0, errTooLong
	}
	n, err := c.Conn.Read(b)
	c.taken.Add(int64(n))
	if !c.begun && n > 0 {
		c.begun, c.claude = true, bytes.Contains(b[:min(n, 64)], []byte(" /v1/messages"))
	}
	return n, err
}

// Write implements [net.Conn].
func (c *patientConn) Write(b []byte) (int, error) {
	c.taken.Store(0)
	if err := c.SetWriteDeadline(time.Now().Add(c.sendTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// Close implements [net.Conn].
func (c *patientConn) Close() error {
	if !c.linger.Swap(false) {
		return c.Conn.Close()
	}
	if err := c.CloseWrite(); err != nil {
		return c.Conn.Close()
	}
	go func() {
		_ = c.SetReadDeadline(time.Now().Add(lingerTime))
		_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes)
		_ = c.Conn.Close()
	}()
	return nil
}
