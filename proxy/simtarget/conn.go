package simtarget

import (
	"bufio"
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

// maxBody bounds a request's body; Anthropic's own limit is 32 MB.
const maxBody = 64 << 20

// conn answers the requests of one connection, one after the other.
type conn struct {
	server *Server
	raw    net.Conn
	in     *bufio.Reader
	out    []byte // rendered, not yet written

	seen  *Seen  // the request being answered
	vigil *vigil // kept while its answer waits
}

func newConn(s *Server, raw net.Conn) *conn {
	return &conn{server: s, raw: raw, in: bufio.NewReaderSize(raw, 16<<10)}
}

func (c *conn) serve() {
	req := fasthttp.AcquireRequest()
	defer fasthttp.ReleaseRequest(req)
	for c.read(req) {
		r := see(c.server, req)
		answer, refused := refuse(r)
		c.server.ledger.arrived(r)
		if !refused {
			answer = c.server.config.Behaviour(r)
		}
		c.server.ledger.answered(answer.Name)
		ok := c.answer(r, answer, req.Header.ConnectionClose())
		r.done.happen()
		if !ok {
			return
		}
	}
}

// read takes a request off the connection, its body byte for byte; false when none comes.
func (c *conn) read(req *fasthttp.Request) bool {
	req.Reset()
	if req.Header.Read(c.in) != nil {
		return false
	}
	if req.MayContinue() {
		if _, err := c.raw.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n")); err != nil {
			return false
		}
	}
	return req.ContinueReadBody(c.in, maxBody, false) == nil
}

// answer performs a; false when the connection is of no more use.
func (c *conn) answer(r *Seen, a Answer, closing bool) bool {
	c.seen, c.vigil, c.out = r, nil, c.out[:0]
	defer func() { c.vigil.end() }()
	if !c.wait(a.Wait) || a.Status != 0 && !c.say(a, closing) {
		return false
	}
	return c.end(a) && !closing
}

// say writes head and pieces, leaving the last of it unwritten, so that an ending can join it.
func (c *conn) say(a Answer, closing bool) bool {
	c.out = a.appendHead(c.out, closing)
	for i, p := range a.Pieces {
		if (i > 0 || p.Wait > 0) && !c.flush() {
			return false
		}
		if !c.wait(p.Wait) {
			return false
		}
		c.out = a.appendPiece(c.out, p)
	}
	return true
}

func (c *conn) end(a Answer) bool {
	if a.Status != 0 && a.Chunked && (a.End == Keep || a.End == Leave) {
		c.out = append(c.out, "0\r\n\r\n"...)
	}
	if !c.flush() {
		return false
	}
	switch a.End {
	case Reset:
		if tcp, ok := c.raw.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // makes Close send RST
		}
	case Stall:
		c.hold()
	}
	return a.End == Keep
}

// flush writes what is rendered; false when the other side no longer takes it.
func (c *conn) flush() bool {
	if len(c.out) == 0 {
		return true
	}
	_, err := c.raw.Write(c.out)
	c.out = c.out[:0]
	if err != nil && !c.server.closed.happened() {
		c.seen.gone.happen()
	}
	return err == nil
}

// wait lets d pass; false when the other side hung up or the server closes meanwhile.
func (c *conn) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	c.watch()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.seen.Gone():
	case <-c.server.closed.c:
	}
	return false
}

// hold waits until the other side hangs up or the server closes.
func (c *conn) hold() {
	c.watch()
	select {
	case <-c.seen.Gone():
	case <-c.server.closed.c:
	}
}

func (c *conn) watch() {
	if c.vigil == nil {
		c.vigil = keepVigil(c.raw, c.in, c.seen.gone)
	}
}
