package proxy

import (
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

// patientListener's connections give a slow client a limited time for each write.
type patientListener struct{ net.Listener }

// Accept implements [net.Listener].
func (l patientListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &patientConn{Conn: deadline.New(tcp)}, nil
	}
	return c, err
}

// patientConn bounds each Write by [sendTimeout]. A whole answer may take longer.
type patientConn struct {
	*deadline.Conn
	extended time.Time
	linger   atomic.Bool // the client was refused before all of its request was read
}

// Write implements [net.Conn].
func (c *patientConn) Write(b []byte) (int, error) {
	if now := time.Now(); now.Sub(c.extended) > sendTimeout/3 {
		c.extended = now
		if err := c.SetWriteDeadline(now.Add(sendTimeout)); err != nil {
			return 0, err
		}
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
