package proxy

import (
	"bytes"

	"github.com/valyala/fasthttp"
)

// The server and the connections to targets leave the names of headers as they are written: whoever is behind Spillway gets them
// so, and writing them anew costs time. So headers are found here, and never by fasthttp's own Peek, which compares letter case.

// headers yields the client's headers as they came: order and letter case are the client's. What the client says belongs to
// its connection (RFC 9110 §7.6.1) stays behind.
func (a *arrival) headers(yield func(key, value []byte) bool) {
	connection := a.peek("Connection")
	if len(connection) == 0 || bytes.EqualFold(connection, []byte("keep-alive")) {
		rawHeaders(&a.ctx.Request.Header, yield)
		return
	}
	rawHeaders(&a.ctx.Request.Header, func(key, value []byte) bool { return nominated(connection, key) || yield(key, value) })
}

// nominated says whether a Connection header names a header.
func nominated(connection, key []byte) bool {
	for name := range bytes.SplitSeq(connection, []byte(",")) {
		if bytes.EqualFold(bytes.TrimSpace(name), key) {
			return true
		}
	}
	return false
}

// peek is one of the client's headers by its name, nil when it has none. It aliases the request.
func (a *arrival) peek(name string) []byte { return peek(&a.ctx.Request.Header, name) }

// header is one of the client's headers, as text of its own.
func (a *arrival) header(name string) string { return string(a.peek(name)) }

func rawHeaders(h *fasthttp.RequestHeader, yield func(key, value []byte) bool) {
	for line := range bytes.Lines(h.RawHeaders()) {
		key, value, ok := bytes.Cut(line, []byte(":"))
		if ok && !yield(key, bytes.TrimSpace(value)) {
			return
		}
	}
}

// peek reads no more of a line than tells that it is another header's: it is asked a dozen times for a request.
func peek(h *fasthttp.RequestHeader, name string) []byte {
	for lines := h.RawHeaders(); len(lines) > 0; {
		line := lines
		if end := bytes.IndexByte(lines, '\n'); end >= 0 {
			line = lines[:end]
		}
		lines = lines[min(len(line)+1, len(lines)):]
		if len(line) > len(name) && line[len(name)] == ':' && bytes.EqualFold(line[:len(name)], []byte(name)) {
			return bytes.TrimSpace(line[len(name)+1:])
		}
	}
	return nil
}
