package proxy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"spillway/proxy/simtarget"
)

// certificate is a pair of PEM files, valid for 127.0.0.1.
func certificate(t *testing.T, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
}

// shown is the serial number of the certificate that a listener shows, and the version of TLS.
func shown(t *testing.T, address string) (serial int64, version uint16) {
	t.Helper()
	c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	state := c.ConnectionState()
	return state.PeerCertificates[0].SerialNumber.Int64(), state.Version
}

// insecure is a client that takes any certificate.
func insecure() *http.Client {
	return &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
}

func startSecure(t *testing.T, target simtarget.Config) *lab {
	t.Helper()
	cert, key := certificate(t, 1)
	return start(t, setup{
		Targets: []simtarget.Config{target}, Config: "tls: { cert: tls/cert.pem, key: tls/key.pem }\nadmin_tls: { cert: tls/cert.pem, key: tls/key.pem }\n",
		Files: map[string]string{"tls/cert.pem": cert, "tls/key.pem": key},
	})
}

// A certificate is served anew once its files have changed; a broken pair is rejected, and the old one serves on.
func TestCertificatesAreRenewed(t *testing.T) {
	l := startSecure(t, simtarget.Config{})
	if serial, version := shown(t, l.Addr()); serial != 1 || version < tls.VersionTLS12 {
		t.Errorf("certificate %d, TLS %x", serial, version)
	}
	if c, err := tls.Dial("tcp", l.Addr(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); err == nil {
		c.Close()
		t.Error("TLS 1.1 is spoken")
	}
	policies := func() string {
		resp, err := insecure().Get(l.AdminURL() + "/api/policies")
		if err != nil {
			t.Fatal(err)
		}
		return bodyOf(t, resp)
	}
	cert, key := certificate(t, 2)
	l.Write(t, "tls/cert.pem", cert) // its key is that of the first one
	for said := ""; !strings.Contains(said, "are no pair") && t.Context().Err() == nil; said = policies() {
		l.Open()
	}
	if serial, _ := shown(t, l.Addr()); serial != 1 {
		t.Errorf("certificate %d while the new pair is broken", serial)
	}
	l.Write(t, "tls/key.pem", key)
	for said := `"rejected"`; strings.Contains(said, `"rejected"`) && t.Context().Err() == nil; said = policies() {
		l.Open()
	}
	for _, address := range []string{l.Addr(), l.AdminAddr()} {
		if serial, _ := shown(t, address); serial != 2 {
			t.Errorf("certificate %d after the renewal", serial)
		}
	}
}

func TestStreamOverTLS(t *testing.T) {
	l := startSecure(t, simtarget.Config{})
	req, err := http.NewRequest(http.MethodPost, l.Proxy.URL()+"/v1/messages", strings.NewReader(message(true)))
	if err != nil {
		t.Fatal(err)
	}
	describe(req)
	resp, err := insecure().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if body := bodyOf(t, resp); resp.StatusCode != 200 || !strings.Contains(body, "message_stop") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// A client that leaves is noticed behind TLS too, though its last word, an alert, is never read.
func TestHangUpOverTLS(t *testing.T) {
	l := startSecure(t, simtarget.Config{Behaviour: simtarget.Hang()})
	c, err := tls.Dial("tcp", l.Addr(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	body := message(false)
	fmt.Fprintf(c, "POST /v1/messages HTTP/1.1\r\nHost: x\r\nAnthropic-Version: 2023-06-01\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	for len(l.Targets[0].Requests()) == 0 && t.Context().Err() == nil {
		l.Open()
	}
	c.Close()
	for l.Open() > 0 && t.Context().Err() == nil {
		shown(t, l.Addr())
	}
}

func bodyOf(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
