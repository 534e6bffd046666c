package target

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"spillway/proxy/clock"
	"spillway/proxy/deadline"
	"spillway/proxy/failure"
)

// dialer makes connections whose deadlines are cheap.
type dialer struct {
	net.Dialer
	secure *tls.Config // nil = without TLS
}

// link is a connection in the pool. The pool makes it without connecting: the request that gets it first knows how long to wait.
type link struct {
	net.Conn                // nil until it is connected
	wire     *deadline.Conn // below TLS
	tap      *tap           // between them; nil without TLS
}

// Close implements [net.Conn].
func (l *link) Close() error {
	if l.Conn == nil {
		return nil
	}
	return l.Conn.Close()
}

// drained says whether TLS keeps nothing back that has come and nobody has read. What is still on the wire is [deadline.Conn.Quiet]'s
// to see.
func (l *link) drained() bool {
	if l.tap == nil {
		return true
	}
	l.tap.shut = true
	_, err := l.Read(make([]byte, 1))
	l.tap.shut = false
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// tap is where TLS reads from.
type tap struct {
	*deadline.Conn
	shut bool // nothing comes, for now
}

// Read implements [net.Conn].
func (t *tap) Read(b []byte) (int, error) {
	if t.shut {
		return 0, os.ErrDeadlineExceeded // after which TLS reads on: it is a temporary [net.Error]
	}
	return t.Conn.Read(b)
}

// connect connects within the dialer's time limit, the TLS handshake included, and before until, unless gone fires.
func (d *dialer) connect(l *link, addr string, until time.Time, gone *clock.Signal) error {
	limit := until
	if d.Timeout > 0 {
		limit = earliest(until, time.Now().Add(d.Timeout))
	}
	ctx, cancel := context.WithDeadline(context.Background(), limit)
	defer cancel()
	defer gone.OnFire(cancel)()
	err := d.dial(ctx, l, addr)
	switch {
	case err == nil:
		return nil
	case !time.Now().Before(until): // the request's time was over, not the dialer's
		return fmt.Errorf("%w: %s: %w", failure.ErrFirstEvent, addr, err)
	default:
		return fmt.Errorf("%w: %s: %w", failure.ErrConnect, addr, err)
	}
}

func (d *dialer) dial(ctx context.Context, l *link, addr string) error {
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	l.wire = deadline.New(c.(*net.TCPConn))
	l.Conn = l.wire
	if d.secure == nil {
		return nil
	}
	l.tap = &tap{Conn: l.wire}
	secure := tls.Client(l.tap, d.secure)
	l.Conn = secure
	if err := secure.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("TLS handshake: %w", err)
	}
	return nil
}
