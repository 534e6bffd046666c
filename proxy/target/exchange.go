package target

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"spillway/proxy/failure"
	"spillway/proxy/loop"
)

var heads = sync.Pool{New: func() any { h := make(head, 0, 4<<10); return &h }}

// exchange is one request on one connection, and its answer. It implements [loop.Incoming] and [loop.Stream].
// One goroutine owns it; only cut may be called from another.
type exchange struct {
	link          *link
	reader        *bufio.Reader
	resp          *fasthttp.Response
	reused        bool
	key           []byte     // the target's own that was sent; nobody else may see it
	atEnd         bool       // a streamed body was read to its end
	cutting       sync.Mutex // held while a deadline is set: none may be set over cut's, nor cut's on a connection that was given back
	closed        bool       // written under cutting
	wasCut        atomic.Bool
	giveBack      func(alive bool)
	releaseReader func(*bufio.Reader)
	forget        func() // unregisters cut
}

// cut ends whatever the exchange is blocked in, and what it begins later. The client has hung up.
func (x *exchange) cut() {
	x.cutting.Lock()
	defer x.cutting.Unlock()
	if !x.closed {
		x.wasCut.Store(true)
		_ = x.link.wire.SetDeadline(time.Unix(1, 0))
	}
}

// within sets a deadline, unless the exchange was cut.
func (x *exchange) within(set func(time.Time) error, t time.Time) error {
	x.cutting.Lock()
	defer x.cutting.Unlock()
	if x.wasCut.Load() {
		return os.ErrDeadlineExceeded
	}
	return set(t)
}

// Status implements [loop.Incoming].
func (x *exchange) Status() int { return x.resp.StatusCode() }

// Get implements [loop.Incoming].
func (x *exchange) Get(name string) string {
	for key, value := range x.resp.Header.All() {
		if len(key) == len(name) && bytes.EqualFold(key, []byte(name)) {
			return string(value)
		}
	}
	return ""
}

// Headers implements [loop.Incoming].
func (x *exchange) Headers(yield func(key, value []byte) bool) {
	for key, value := range x.resp.Header.All() {
		if staysBehind(key) || len(x.key) > 0 && bytes.Contains(value, x.key) {
			continue
		}
		if !yield(key, value) {
			return
		}
	}
}

// Body implements [loop.Incoming].
func (x *exchange) Body() []byte {
	if x.resp.StreamBody {
		return nil
	}
	return x.resp.Body()
}

// Stream implements [loop.Incoming].
func (x *exchange) Stream() loop.Stream {
	if !x.resp.StreamBody {
		return nil
	}
	return x
}

// Limit implements [loop.Stream].
func (x *exchange) Limit(t time.Time) {
	_ = x.within(x.link.wire.SetReadDeadline, t) // a cut stays in force, and shows when something is read
}

// Read implements [loop.Stream].
func (x *exchange) Read(p []byte) (int, error) {
	n, err := x.resp.BodyStream().Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		x.atEnd = true
		err = io.EOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("%w: %w", failure.ErrIdle, err)
	default:
		err = fmt.Errorf("%w: %w", failure.ErrReset, err)
	}
	return n, err
}

// Close implements [loop.Incoming].
func (x *exchange) Close() error {
	if x.closed {
		return nil
	}
	alive := (!x.resp.StreamBody || x.atEnd) && !x.resp.ConnectionClose()
	x.finish(alive)
	return nil
}

// discard gives up on an exchange that failed.
func (x *exchange) discard() { x.finish(false) }

func (x *exchange) finish(alive bool) {
	x.forget()
	x.cutting.Lock()
	x.closed = true
	x.cutting.Unlock()
	if x.wasCut.Load() {
		alive = false
	}
	_ = x.resp.CloseBodyStream()
	alive = alive && x.reader.Buffered() == 0 && x.link.drained() // more than was asked for would be taken for the next answer
	fasthttp.ReleaseResponse(x.resp)
	x.releaseReader(x.reader)
	if alive {
		alive = x.link.wire.SetDeadline(time.Time{}) == nil
	}
	x.giveBack(alive)
}
