package target

import (
	"strings"

	"github.com/valyala/fasthttp"

	"spillway/engine"
	"spillway/proxy/loop"
)

// compose fills req with what the target is to receive: the client's headers without those that stay behind, exactly
// one credential, and the rendered body without copying it.
func (t *Target) compose(req *fasthttp.Request, out *loop.Outgoing) {
	h := &req.Header
	h.SetNoDefaultContentType(true)
	h.DisableSpecialHeader()
	h.SetMethod(out.Method)
	h.SetRequestURI(t.uri(out.Path, out.Query))
	h.Add(fasthttp.HeaderHost, t.host)
	out.Header(func(key, value []byte) bool {
		if !staysBehind(key) && !isCredential(key) && !replaced(out.Set, key) {
			h.AddBytesKV(key, value)
		}
		return true
	})
	for key, value := range out.Set {
		h.Add(key, value)
	}
	t.sign(h, out.Credential)
	req.SetBodyRaw(out.Body)
}

// sign sets exactly one credential: Anthropic's API takes x-api-key or a bearer token and rejects or ignores the second.
func (t *Target) sign(h *fasthttp.RequestHeader, caller loop.Credential) {
	value, bearer := t.key, t.dialect == engine.OpenAI || strings.HasPrefix(t.key, "sk-ant-oat")
	if value == "" {
		value, bearer = caller.Value, caller.Bearer
	}
	switch {
	case value == "":
	case bearer:
		h.Add(fasthttp.HeaderAuthorization, "Bearer "+value)
	default:
		h.Add("X-Api-Key", value)
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
