package target

import (
	"strconv"
	"strings"

	"spillway/engine"
	"spillway/proxy/loop"
)

// head is the beginning of a request as it goes over the wire, up to its body.
type head []byte

func (h *head) text(parts ...string) {
	for _, part := range parts {
		*h = append(*h, part...)
	}
}

// compose is what the target is to receive before the rendered body: the client's headers as they came, without those that stay
// behind, and exactly one credential.
func (t *Target) compose(h *head, out *loop.Outgoing) {
	h.text(out.Method, " ", t.base, t.path(out.Path))
	if out.Query != "" {
		h.text("?", out.Query)
	}
	h.text(" HTTP/1.1\r\nHost: ", t.host, "\r\n")
	for key, value := range out.Header {
		if !staysBehind(key) && !isCredential(key) && !replaced(out.Set, key) && (out.Key == "" || !isAccount(key)) {
			*h = append(append(append(append(*h, key...), ": "...), value...), "\r\n"...)
		}
	}
	for _, header := range out.Set {
		h.text(header[0], ": ", header[1], "\r\n")
	}
	t.sign(h, out)
	if len(out.Body) > 0 || out.Method != "GET" && out.Method != "HEAD" {
		*h = strconv.AppendInt(append(*h, "Content-Length: "...), int64(len(out.Body)), 10)
		h.text("\r\n")
	}
	h.text("\r\n")
}

// sign writes exactly one credential: Anthropic's API takes x-api-key or a bearer token and rejects or ignores the second.
func (t *Target) sign(h *head, out *loop.Outgoing) {
	value, bearer := out.Key, t.dialect == engine.OpenAI || strings.HasPrefix(out.Key, "sk-ant-oat")
	if value == "" {
		value, bearer = out.Credential.Value, out.Credential.Bearer
	}
	switch {
	case value == "":
	case bearer:
		h.text("Authorization: Bearer ", value, "\r\n")
	default:
		h.text("X-Api-Key: ", value, "\r\n")
	}
}

// staysBehind says whether a header belongs to one connection (RFC 9110 §7.6.1), to the framing that each side makes anew, or
// must not reach a target: with an Origin Anthropic answers 401 to organisations that forbid browsers.
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
	switch string(name) {
	case "connection", "keep-alive", "proxy-connection", "te", "trailer", "trailers", "transfer-encoding", "upgrade", "http2-settings",
		"proxy-authenticate", "content-length", "host", "expect", "origin", "accept-encoding":
		return true
	}
	return strings.HasPrefix(string(name), "x-spillway-")
}

func isCredential(key []byte) bool {
	return among(key, engine.CredentialHeaders...)
}

// isAccount says whether a header chooses among the accounts of the caller's credential: with another's key it is a mismatch,
// for which that key would be blamed.
func isAccount(key []byte) bool {
	return among(key, "openai-organization", "openai-project")
}

func among(key []byte, names ...string) bool {
	for _, name := range names {
		if len(key) == len(name) && strings.EqualFold(string(key), name) {
			return true
		}
	}
	return false
}

func replaced(set [][2]string, key []byte) bool {
	for _, header := range set {
		if name := header[0]; len(key) == len(name) && strings.EqualFold(string(key), name) {
			return true
		}
	}
	return false
}
