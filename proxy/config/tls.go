package config

import (
	"crypto/tls"
	"strings"

	"spillway/proxy/form"
)

// TLS is how a listener proves who it is.
type TLS struct {
	// Cert and Key are the paths of PEM files: the certificate with its chain, and its private key.
	Cert, Key string
	// Pair is what they hold; nil until [Config.WithFiles] has read them.
	Pair *tls.Certificate
}

func (c *Config) readTLS(r *form.Report, n *form.Node) (*TLS, bool) {
	var t TLS
	s := form.Open(r, n)
	cert := form.Read(s, "cert", &t.Cert, form.ReadText)
	key := form.Read(s, "key", &t.Key, form.ReadText)
	if cert == nil {
		s.Missing(n, "cert", "name a PEM file with the certificate and its chain")
	}
	if key == nil {
		s.Missing(n, "key", "name a PEM file with the certificate's private key")
	}
	t.Cert, t.Key = c.refer(r, t.Cert, cert), c.refer(r, t.Key, key)
	return &t, s.Close()
}

func (l *loader) pair(c *Config, t *TLS) *TLS {
	if t == nil || l.texts[t.Cert] == nil || l.texts[t.Key] == nil {
		return t
	}
	pair, err := tls.X509KeyPair(l.texts[t.Cert], l.texts[t.Key])
	if err != nil {
		l.fault(c.ref(t.Cert), "and "+t.Key+" are no pair: "+strings.TrimPrefix(err.Error(), "tls: "), "both are PEM files, the certificate with its chain")
		return t
	}
	return &TLS{Cert: t.Cert, Key: t.Key, Pair: &pair}
}
