package target

import (
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"spillway/proxy/deadline"
)

// dialer makes connections whose deadlines are cheap.
type dialer struct {
	net.Dialer
	secure *tls.Config // nil = without TLS
}

// dial connects within the dialer's time limit, the TLS handshake included.
func (d *dialer) dial(addr string) (net.Conn, error) {
	began := time.Now()
	c, err := d.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	wire := deadline.New(c.(*net.TCPConn))
	if d.secure == nil {
		return wire, nil
	}
	secure := tls.Client(wire, d.secure)
	if d.Timeout > 0 {
		err = wire.SetDeadline(began.Add(d.Timeout))
	}
	if err == nil {
		err = secure.Handshake()
	}
	if err != nil {
		_ = wire.Close()
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	return secure, nil
}

// wireOf is the connection below a connection that [dialer.dial] made.
func wireOf(c net.Conn) *deadline.Conn {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	return c.(*deadline.Conn)
}
