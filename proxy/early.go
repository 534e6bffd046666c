package proxy

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/dialect"
	"spillway/proxy/loop"
)

const (
	// keepAlivePace is how often a client that waits is told that its connection lives.
	keepAlivePace = 10 * time.Second
	// impatient is an SDK's timeout under which its client would rather have an error than a wait.
	impatient = time.Minute
)

// early keeps a streaming client company while nothing has committed: after a quiet spell it sends the 200 and its
// headers, then the dialect's keep-alive events. The message itself has not begun, so failing over goes on behind it.
// It writes to the connection itself, since the server writes only once the handler has returned.
type early struct {
	proxy   *Proxy
	arrival *arrival
	policy  string
	clock   clock.Clock

	mu    sync.Mutex // held while writing
	conn  net.Conn
	begun bool // headers are out
	over  bool // there is an answer: no more keep-alives
	stop  func()
}

// keepCompany starts the quiet spell of a request. It is nil for clients that are to see no early headers.
func (p *Proxy) keepCompany(a *arrival, x *loop.Exchange) *early {
	quiet := a.snapshot.Config.Limits.EarlyHeaders
	timeout := x.Request.SDK.Timeout
	if !x.Request.Stream || quiet <= 0 || timeout > 0 && timeout < impatient || !a.ctx.Request.Header.IsHTTP11() {
		return nil
	}
	e := &early{proxy: p, arrival: a, policy: x.Policy.Name(), clock: p.clock, conn: a.ctx.Conn()}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stop = p.clock.AfterFunc(quiet, e.beat)
	return e
}

// beat sends the headers the first time, and a keep-alive each time.
func (e *early) beat() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over {
		return
	}
	if e.say() != nil {
		e.over = true
		e.arrival.visit.Gone.Fire()
		return
	}
	e.stop = e.clock.AfterFunc(keepAlivePace, e.beat)
}

func (e *early) say() (err error) {
	defer e.proxy.breakOff(e.arrival, &err)
	if !e.begun {
		e.begun = true
		if _, err := io.WriteString(e.conn, e.head()); err != nil {
			return err
		}
	}
	return e.chunk(dialect.KeepAlive(e.arrival.api, e.arrival.endpoint))
}

// finish ends the company, and says whether headers are out.
func (e *early) finish() bool {
	if e == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = true
	e.stop()
	return e.begun
}

func (e *early) head() string {
	requestID := "Request-Id"
	if e.arrival.api == engine.OpenAI {
		requestID = "X-Request-Id"
	}
	return strings.Join([]string{
		"HTTP/1.1 200 OK", "Content-Type: text/event-stream; charset=utf-8", "Cache-Control: no-cache",
		"Connection: close", "Transfer-Encoding: chunked", requestID + ": " + e.arrival.id,
		"X-Spillway-Id: " + e.arrival.id, "X-Spillway-Policy: " + e.policy + "@" + e.arrival.snapshot.Revision, "", "",
	}, "\r\n")
}

func (e *early) chunk(b []byte) error {
	_, err := e.conn.Write(bytes.Join([][]byte{strconv.AppendInt(nil, int64(len(b)), 16), b, nil}, []byte("\r\n")))
	return err
}

// replyEarly gives the client its answer behind the early headers: the disclosures as a comment, then the events; or,
// when there is no answer, an error event and no clean end. The connection is not used again.
func (p *Proxy) replyEarly(a *arrival, answer *loop.Answer, e *early) {
	a.ctx.HijackSetNoResponse(true)
	a.ctx.Hijack(func(c net.Conn) { _ = c.Close() })
	if answer.Relay == nil {
		if answer.Incoming != nil {
			_ = answer.Incoming.Close()
		}
		if !answer.Gone {
			if answer.Message == "" {
				answer.Reason, answer.Message = engine.ReasonServer, answer.Target+" answered a streaming request without a stream"
			}
			_ = e.chunk(dialect.ErrorEvent(a.api, a.endpoint, dialect.ErrorInfo{
				Status: answer.Status, Reason: answer.Reason, Message: answer.Message, RequestID: a.id,
			}))
		}
		return
	}
	defer func() { _ = answer.Relay.Close() }()
	err := e.chunk(disclosure(answer))
	for err == nil {
		var events []byte
		if events, err = answer.Relay.Next(); len(events) > 0 {
			if failed := e.chunk(events); failed != nil {
				return
			}
		}
	}
	if errors.Is(err, io.EOF) {
		_, _ = io.WriteString(e.conn, "0\r\n\r\n")
	}
}

// disclosure is what headers would have told, as one comment.
func disclosure(answer *loop.Answer) []byte {
	text := ": x-spillway-target=" + answer.Target + " x-spillway-model=" + answer.Model + " x-spillway-attempts=" + strconv.Itoa(answer.Sends)
	if len(answer.Edits) > 0 {
		text += " x-spillway-edits=" + strings.Join(answer.Edits, ",")
	}
	return []byte(headerSafe(text) + "\n\n")
}
