package target

import (
	"bufio"
	"strconv"
	"strings"

	"spillway/engine"
	"spillway/proxy/loop"
)

// compose writes what the target is to receive: the client's headers as they came, without those that stay behind, exactly
// one credential, and the rendered body. Flushing is left to the caller; the body's bytes are not copied.
func (t *Target) compose(w *bufio.Writer, out *loop.Outgoing) error {
	text := func(parts ...string) {
		for _, part := range parts {
			_, _ = w.WriteString(part) // a bufio.Writer keeps its first error for Flush
		}
	}
	text(out.Method, " ", t.base)
	text(t.path(out.Path))
	if out.Query != "" {
		text("?", out.Query)
	}
	text(" HTTP/1.1\r\nHost: ", t.host, "\r\n")
	for key, value := range out.Header {
		if !staysBehind(key) && !isCredential(key) && !replaced(out.Set, key) {
			_, _ = w.Write(key)
			text(": ")
			_, _ = w.Write(value)
			text("\r\n")
		}
	}
	for key, value := range out.Set {
		text(key, ": ", value, "\r\n")
	}
	t.sign(text, out.Credential)
	if len(out.Body) > 0 || out.Method != "GET" && out.Method != "HEAD" {
		_, _ = w.Write(strconv.AppendInt(append(w.AvailableBuffer(), "Content-Length: "...), int64(len(out.Body)), 10))
		text("\r\n")
	}
	text("\r\n")
	_, err := w.Write(out.Body)
	return err
}

// sign writes exactly one credential: Anthropic's API takes x-api-key or a bearer token and rejects or ignores the second.
func (t *Target) sign(text func(...string), caller loop.Credential) {
	value, bearer := t.key, t.dialect == engine.OpenAI || strings.HasPrefix(t.key, "sk-ant-oat")
	if value == "" {
		value, bearer = caller.Value, caller.Bearer
	}
	switch {
	case value == "":
	case bearer:
		text("Authorization: Bearer ", value, "\r\n")
	default:
		text("X-Api-Key: ", value, "\r\n")
	}
}

// hopByHop are the headers that belong to one connection (RFC 9110 §7.6.1), the framing that each side makes anew,
// and those that must not reach a target: with an Origin Anthropic answers 401 to organisations that forbid browsers.
var hopByHop = map[string]bool{
	"connection": true, "keep-alive": true, "proxy-connection": true, "te": true, "trailer": true, "trailers": true,
	"transfer-encoding": true, "upgrade": true, "proxy-authenticate": true,
	"content-length": true, "host": true, "expect": true, "origin": true, "accept-encoding": true,
}

func staysBehind(key []byte) bool {
	var lower [32]byte
	if len(key) > len(lower) {
		return false
	}
	for i, c := range key {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	name := lower[:len(key)]
	return hopByHop[string(name)] || len(name) > 10 && string(name[:11]) == "x-spillway-"
}

func isCredential(key []byte) bool {
	for _, name := range [...]string{"x-api-key", "authorization", "api-key", "proxy-authorization", "cookie"} {
		if len(key) == len(name) && strings.EqualFold(string(key), name) {
			return true
		}
	}
	return false
}

func replaced(set map[string]string, key []byte) bool {
	for name := range set {
		if len(key) == len(name) && strings.EqualFold(string(key), name) {
			return true
		}
	}
	return false
}
