package simtarget

import (
	"bytes"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"github.com/valyala/fasthttp"

	"spillway/engine"
)

// Seen is one request as it arrived. It is never written again once the behaviour has it.
type Seen struct {
	// N counts the server's requests from 0, in the order of their arrival.
	N int
	// API is the server's dialect.
	API engine.API
	// Method, Path and Query are of the request line; Query is without its question mark.
	Method, Path, Query string
	// Head is the header lines exactly as received, order and letter case too.
	Head []byte
	// Body is exactly what was received, without the framing.
	Body []byte
	// At is when the whole request had arrived.
	At time.Time
	// Violations lists what a real target would not have accepted.
	Violations []string

	gone, done *event
}

func see(s *Server, req *fasthttp.Request) *Seen {
	r := &Seen{
		N: s.ledger.number(), API: s.config.Dialect, At: time.Now(),
		Method: string(req.Header.Method()), Head: req.Header.RawHeaders(), Body: req.Body(),
		gone: newEvent(), done: newEvent(),
	}
	r.Path, r.Query, _ = strings.Cut(string(req.Header.RequestURI()), "?")
	if s.config.Keep > 0 {
		r.Head, r.Body = bytes.Clone(r.Head), bytes.Clone(r.Body)
	}
	return r
}

// Gone is closed when the other side hung up while its answer was under way: at once while the answer waits, else at
// the next write.
func (r *Seen) Gone() <-chan struct{} { return r.gone.c }

// Done is closed when the target has finished with the request, however that ended.
func (r *Seen) Done() <-chan struct{} { return r.done.c }

// Header is the first header of that case-insensitive name, "" when there is none.
func (r *Seen) Header(name string) string {
	if all := r.Headers(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

// Headers gives every header of that case-insensitive name, in the order received.
func (r *Seen) Headers(name string) []string {
	var values []string
	for line := range bytes.Lines(r.Head) {
		key, value, ok := bytes.Cut(line, []byte(":"))
		if ok && strings.EqualFold(string(key), name) {
			values = append(values, string(bytes.TrimSpace(value)))
		}
	}
	return values
}

// Model is the body's model, "" when it has none.
func (r *Seen) Model() string { return gjson.GetBytes(r.Body, "model").Str }

// Stream says whether the body asks for server-sent events.
func (r *Seen) Stream() bool { return gjson.GetBytes(r.Body, "stream").Bool() }

// wantsUsage says whether a chat completion's stream is to end with its usage.
func (r *Seen) wantsUsage() bool {
	return gjson.GetBytes(r.Body, "stream_options.include_usage").Bool()
}

// inputTokens is a rough count of what was asked.
func (r *Seen) inputTokens() int { return len(r.Body)/4 + 1 }
