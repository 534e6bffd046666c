package proxy

import (
	"bytes"

	"github.com/valyala/fasthttp"
)

// The server and the connections to targets leave the names of headers as they are written: whoever is behind Spillway gets them
// so, and writing them anew costs time. So headers are found here, and never by fasthttp's own Peek, which compares letter case.

// headers yields the client's headers as they came: order and letter case are the client's.
func (a *arrival) headers(yield func(key, value []byte) bool) {
	rawHeaders(&a.ctx.Request.Header, yield)
}

// peek is one of the client's headers by its name, nil when it has none. It aliases the request.
func (a *arrival) peek(name string) []byte { return peek(&a.ctx.Request.Header, name) }

// header is one of the client's headers, as text of its own.
func (a *arrival) header(name string) string { return string(a.peek(name)) }

func rawHeaders(h *fasthttp.RequestHeader, yield func(key, value []byte) bool) {
	for line := range bytes.Lines(h.RawHeaders()) {
		key, value, ok := bytes.Cut(line, []byte(":"))
		if folded := len(key) > 0 && (key[0] == ' ' || key[0] == '\t'); ok && !folded && !yield(key, bytes.TrimSpace(value)) {
			return
		}
	}
}

func peek(h *fasthttp.RequestHeader, name string) (found []byte) {
	rawHeaders(h, func(key, value []byte) bool {
		if len(key) == len(name) && bytes.EqualFold(key, []byte(name)) {
			found = value
			return false
		}
		return true
	})
	return found
}
