package proxy

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/valyala/bytebufferpool"
	"github.com/valyala/fasthttp"

	"spillway/engine"
)

const (
	// freeBody is what each request's body may take without a question, in bytes: small ones always get in.
	freeBody = 64 << 10
	// mostBodies is what the rest of all bodies may take together, in bytes, where nothing bounds the process' memory.
	mostBodies = 1 << 30
)

// errCrowded is a body that finds no room beside the others.
var errCrowded = errors.New("no room for the body")

// bodies is the memory that requests' bodies take, all together. Safe for concurrent use.
type bodies struct {
	most int64 // bytes
	held atomic.Int64
	pool bytebufferpool.Pool
}

// room is for bodies half of what the process may use (GOMEMLIMIT), so that the other half is there for their edits and answers.
func room() int64 {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		return limit / 2
	}
	return mostBodies
}

// body is one request's, in memory from its first byte until [body.release].
type body struct {
	bodies *bodies
	buffer *bytebufferpool.ByteBuffer // nil when there is none
	held   int64
}

// bytes is the body; nil when there is none. It stays the request's until [body.release].
func (b *body) bytes() []byte {
	if b.buffer == nil {
		return nil
	}
	return b.buffer.B
}

// read takes the body from r. Memory grows with what has come, not with what was announced; announced is -1 for chunks.
func (b *body) read(r io.Reader, announced, limit int) error {
	if announced > limit {
		return fasthttp.ErrBodyTooLarge
	}
	b.buffer = b.bodies.pool.Get()
	for space := 0; ; {
		came := b.buffer.B
		if len(came) == space {
			space = min(max(2*space, freeBody), limit+1)
			if announced >= 0 {
				space = min(space, announced+1) // one more, to read the end with the rest
			}
			if !b.hold(int64(space)) {
				return errCrowded
			}
			came = slices.Grow(came, space-len(came))
		}
		n, err := r.Read(came[len(came):space])
		b.buffer.B = came[:len(came)+n]
		switch {
		case len(b.buffer.B) > limit:
			return fasthttp.ErrBodyTooLarge
		case errors.Is(err, io.EOF) && announced > len(b.buffer.B):
			return io.ErrUnexpectedEOF
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// hold makes room for a body of n bytes, and says whether there is some.
func (b *body) hold(n int64) bool {
	more := max(0, n-freeBody) - b.held
	if more <= 0 {
		return true
	}
	if b.bodies.held.Add(more) > b.bodies.most {
		b.bodies.held.Add(-more)
		return false
	}
	b.held += more
	return true
}

// release gives the memory back. Later calls do nothing.
func (b *body) release() {
	if b.buffer == nil {
		return
	}
	b.bodies.pool.Put(b.buffer)
	b.bodies.held.Add(-b.held)
	b.buffer, b.held = nil, 0
}

// receive reads the request's body, after its headers have been found good: who may not come in sends none.
func (p *Proxy) receive(a *arrival) *refusal {
	stream := a.ctx.RequestBodyStream()
	if stream == nil {
		return nil
	}
	a.body.bodies = &p.bodies
	err := a.body.read(stream, a.ctx.Request.Header.ContentLength(), int(a.snapshot.Config.Limits.Body))
	if err != nil {
		return p.unreadable(a, err)
	}
	_ = a.ctx.Request.CloseBodyStream()
	a.began = p.clock.Now() // a client's patience is not for its own sending
	return nil
}

// unreadable is why a request could not be read to its end.
func (p *Proxy) unreadable(a *arrival, err error) *refusal {
	var small *fasthttp.ErrSmallBuffer
	var network net.Error
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		limit := a.snapshot.Config.Limits.Body
		return &refusal{413, engine.ReasonTooLarge, fmt.Sprintf("the body is over the limit of %d bytes (limits.body)", limit)}
	case errors.Is(err, errCrowded):
		a.advice = &advice{retry: true, after: time.Second}
		message := fmt.Sprintf("the bodies of other requests take the %d MB that there are for them (half of GOMEMLIMIT, if it is set)", p.bodies.most>>20)
		return &refusal{529, engine.ReasonQueueFull, message}
	case errors.As(err, &small):
		return &refusal{431, engine.ReasonInvalid, fmt.Sprintf("the headers are over the limit of %d bytes", maxHeader)}
	case errors.As(err, &network) && network.Timeout():
		return &refusal{408, engine.ReasonTimeout, "the request did not arrive in time"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &refusal{400, engine.ReasonInvalid, "the request ended before its announced length"}
	}
	return &refusal{400, engine.ReasonInvalid, "the request could not be read: " + unquoted(err)}
}

// unquoted is the server's error without what it quotes: of the request, and so of its credentials.
func unquoted(err error) string {
	text, _, _ := strings.Cut(err.Error(), ": buffer size=")
	text, _, _ = strings.Cut(text, ` "`)
	return strings.TrimSuffix(strings.TrimPrefix(text, "error when reading request headers: "), " in")
}
