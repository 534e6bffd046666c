package proxy

import (
	"crypto/tls"
	"net"
	"syscall"

	"spillway/proxy/config"
)

// secure is a listener that speaks TLS if the snapshot in use says so at the start; which says it is the clients' or the admin's.
// Each connection gets the certificate of the moment.
func (p *Proxy) secure(l net.Listener, which func(*config.Config) *config.TLS) net.Listener {
	first := which(p.current.Load().Config)
	if first == nil {
		return l
	}
	return secureListener{l, &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if now := which(p.current.Load().Config); now != nil {
				return now.Pair, nil
			}
			return first.Pair, nil // taken out of the configuration, which takes effect at the next restart
		},
	}}
}

func clientTLS(c *config.Config) *config.TLS { return c.TLS }

func adminTLS(c *config.Config) *config.TLS { return c.AdminTLS }

// secureListener's connections are secureConns.
type secureListener struct {
	net.Listener

	config *tls.Config
}

// Accept implements [net.Listener]. The handshake is the first read's, and so in its time.
func (l secureListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &secureConn{tls.Server(c, l.config), c}, nil
}

// secureConn is a TLS connection, and the one that it is spoken on.
type secureConn struct {
	*tls.Conn

	plain net.Conn
}

// SyscallConn implements [syscall.Conn], for whoever watches for hang-ups.
func (c *secureConn) SyscallConn() (syscall.RawConn, error) {
	raw, ok := c.plain.(syscall.Conn)
	if !ok {
		return nil, syscall.ENOTSUP
	}
	return raw.SyscallConn() //nolint:wrapcheck // it stands in for it
}

// patient is the connection that a client's is spoken on; nil when it is none of ours.
func patient(c net.Conn) *patientConn {
	if secure, ok := c.(*secureConn); ok {
		c = secure.plain
	}
	patient, _ := c.(*patientConn)
	return patient
}
