package target

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"spillway/proxy/failure"
	"spillway/proxy/loop"
)

// longest bounds an answer that is held whole, in bytes: as it is sent, and as it is when a content coding is undone.
const longest = 64 << 20

// Send implements [loop.Sender].
func (t *Target) Send(out *loop.Outgoing) (loop.Incoming, error) {
	x, err := t.open(out)
	if err != nil {
		return nil, err
	}
	if err := t.exchange(x, out); err != nil {
		x.discard()
		return nil, err
	}
	return x, nil
}

// open takes a connection from the pool, one that is still alive, or connects.
func (t *Target) open(out *loop.Outgoing) (*exchange, error) {
	for {
		cc, err := t.client.AcquireConn(0, false)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", failure.ErrConnect, t.client.Addr, err)
		}
		l, reused := cc.Conn().(*link), !cc.LastUseTime().IsZero()
		if reused && !l.wire.Quiet() {
			t.client.CloseConn(cc)
			continue
		}
		if !reused {
			if err := t.dialer.connect(l, t.client.Addr, earliest(out.Until, out.FirstEvent), out.Gone); err != nil {
				t.client.CloseConn(cc)
				return nil, err
			}
		}
		x := &exchange{link: l, reused: reused, key: []byte(out.Key), resp: fasthttp.AcquireResponse()}
		x.giveBack = func(alive bool) {
			if alive {
				t.client.ReleaseConn(cc)
			} else {
				t.client.CloseConn(cc)
			}
		}
		x.reader = t.client.AcquireReader(l)
		x.releaseReader = t.client.ReleaseReader
		x.forget = out.Gone.OnFire(x.cut)
		return x, nil
	}
}

// exchange writes the request and reads the answer as far as it must be whole.
func (t *Target) exchange(x *exchange, out *loop.Outgoing) error {
	if err := x.within(x.link.wire.SetDeadline, earliest(out.Until, out.FirstEvent)); err != nil {
		return x.broke(err)
	}
	if err := t.write(x, out); err != nil {
		return x.broke(err)
	}
	if err := x.readHead(); err != nil {
		return x.broke(err)
	}
	if x.hasNoBody(out.Method) {
		return nil
	}
	if x.streams(out.Unread) {
		x.resp.StreamBody = true
	} else if err := x.within(x.link.wire.SetReadDeadline, out.Until); err != nil {
		return x.broke(err)
	}
	most := cmp.Or(out.Longest, longest)
	err := x.resp.ReadBody(x.reader, most)
	if err == nil {
		err = x.decode(most)
	}
	if err != nil {
		return x.broke(err)
	}
	return nil
}

// write sends the request. Behind TLS, and where it is long, that is no more than writing; otherwise it returns when the answer, or
// the end, can be read.
func (t *Target) write(x *exchange, out *loop.Outgoing) error {
	h := heads.Get().(*head)
	defer heads.Put(h)
	*h = (*h)[:0]
	t.compose(h, out)
	body := out.Body
	if len(body) < cap(*h)-len(*h) { // one piece costs less than two
		*h, body = append(*h, body...), nil
	}
	if x.link.tap == nil {
		return x.link.wire.Ask(*h, body)
	}
	if _, err := x.link.Write(*h); err != nil || len(body) == 0 {
		return err
	}
	_, err := x.link.Write(body)
	return err
}

// readHead reads the status line and headers, past any 1xx.
func (x *exchange) readHead() error {
	if _, err := x.reader.Peek(1); err != nil {
		if x.reused && isBroken(err) && !x.wasCut.Load() {
			return fmt.Errorf("%w: %w", failure.ErrStale, err)
		}
		return err
	}
	for range 8 {
		x.resp.Header.DisableNormalizing()
		if err := x.resp.Header.Read(x.reader); err != nil {
			return err
		}
		if status := x.resp.StatusCode(); status < 100 || status > 199 {
			return nil
		}
	}
	return errors.New("too many interim answers")
}

// streams says whether the answer is read as it comes: an event stream, and what nobody reads on its way.
func (x *exchange) streams(unread bool) bool {
	kind := string(x.resp.Header.ContentType())
	switch status := x.resp.StatusCode(); {
	case status == fasthttp.StatusOK && strings.HasPrefix(kind, "text/event-stream"):
		return true
	default:
		return unread && status < 300 && !strings.HasPrefix(kind, "application/json") && len(x.resp.Header.ContentEncoding()) == 0
	}
}

func (x *exchange) hasNoBody(method string) bool {
	status := x.resp.StatusCode()
	return method == fasthttp.MethodHead || status == fasthttp.StatusNoContent || status == fasthttp.StatusNotModified
}

// decode undoes a content coding that the target applied although none was accepted, unless it makes more than most bytes.
func (x *exchange) decode(most int) error {
	coding := x.resp.Header.ContentEncoding()
	if len(coding) == 0 || string(coding) == "identity" {
		return nil
	}
	if x.resp.StreamBody {
		return fmt.Errorf("%w: a stream with content-encoding %s", failure.ErrReset, coding)
	}
	body, err := x.resp.BodyUncompressedWithLimit(most)
	if errors.Is(err, fasthttp.ErrBodyTooLarge) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: content-encoding %s: %w", failure.ErrReset, coding, err)
	}
	x.resp.SetBody(body)
	x.resp.Header.Del(fasthttp.HeaderContentEncoding)
	return nil
}

// broke reads a transport error as one of package failure's.
func (x *exchange) broke(err error) error {
	var timeout net.Error
	switch {
	case errors.Is(err, failure.ErrStale), errors.Is(err, failure.ErrReset):
		return err
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		return failure.ErrTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%w: %w", failure.ErrFirstEvent, err)
	default:
		return fmt.Errorf("%w: %w", failure.ErrReset, err)
	}
}

func isBroken(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &op) && !op.Timeout()
}

func earliest(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}
