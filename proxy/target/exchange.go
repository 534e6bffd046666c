package target

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"

	"spillway/proxy/failure"
	"spillway/proxy/loop"
)

var writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 4<<10) }}

// exchange is one request on one connection, and its answer. It implements [loop.Incoming] and [loop.Stream].
// One goroutine owns it; only cut may be called from another.
type exchange struct {
	conn          net.Conn
	reader        *bufio.Reader
	resp          *fasthttp.Response
	reused        bool
	atEnd         bool // a streamed body was read to its end
	closed        bool
	wasCut        atomic.Bool
	giveBack      func(alive bool)
	releaseReader func(*bufio.Reader)
	forget        func() // unregisters cut
}

// cut ends whatever the exchange is blocked in. The client has hung up.
func (x *exchange) cut() {
	x.wasCut.Store(true)
	_ = x.conn.SetDeadline(time.Unix(1, 0))
}

// Status implements [loop.Incoming].
func (x *exchange) Status() int { return x.resp.StatusCode() }

// Get implements [loop.Incoming].
func (x *exchange) Get(name string) string { return string(x.resp.Header.Peek(name)) }

// Headers implements [loop.Incoming].
func (x *exchange) Headers(yield func(key, value []byte) bool) {
	for key, value := range x.resp.Header.All() {
		if !staysBehind(key) && !yield(key, value) {
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
	if !x.wasCut.Load() {
		_ = x.conn.SetReadDeadline(t)
	}
	if x.wasCut.Load() { // cut came in between and must win
		_ = x.conn.SetReadDeadline(time.Unix(1, 0))
	}
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
	x.closed = true
	x.forget()
	if x.wasCut.Load() {
		alive = false
	}
	_ = x.resp.CloseBodyStream()
	fasthttp.ReleaseResponse(x.resp)
	x.releaseReader(x.reader)
	if alive {
		alive = x.conn.SetDeadline(time.Time{}) == nil
	}
	x.giveBack(alive)
}

// quiet says whether an idle connection still looks usable: open, and with nothing to read.
func quiet(conn net.Conn) bool {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	open := false
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		open = errors.Is(err, syscall.EAGAIN)
	})
	return err == nil && open
}
