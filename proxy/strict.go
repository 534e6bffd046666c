package proxy

import (
	"bytes"
	"errors"

	"github.com/valyala/fasthttp"
)

// unclear says what in a request's head another server could read in another way than this one: then the two disagree where
// the request ends, and the rest of one client's request becomes the beginning of another's. The server reads past what RFC
// 9112 lets it repair (§2.2 bare line feeds, §5.2 folded lines, §6.1 two kinds of length); here nothing has to be repaired.
func unclear(h *fasthttp.RequestHeader) error {
	raw := h.RawHeaders()
	rest := raw
	for end := bytes.IndexByte(rest, '\n'); end >= 0; end = bytes.IndexByte(rest, '\n') {
		if end == 0 || rest[end-1] != '\r' {
			return errors.New("a header line ends without a carriage return")
		}
		if end+1 < len(rest) && (rest[end+1] == ' ' || rest[end+1] == '\t') {
			return errors.New("a header line is folded")
		}
		rest = rest[end+1:]
	}
	const name = "content-length:"
	if h.ContentLength() != -1 { // not chunked
		return nil
	}
	for line := range bytes.Lines(raw) {
		if len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) {
			return errors.New("it has both a content-length and a transfer-encoding")
		}
	}
	return nil
}
