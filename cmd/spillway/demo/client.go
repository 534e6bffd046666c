package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"spillway/proxy/sse"
)

// clientTimeout is how long a client waits for its whole answer.
const clientTimeout = 30 * time.Second

// outcome is what a client makes of what it got.
type outcome int

const (
	ok         outcome = iota
	overloaded         // 529
	inStream           // a 200 whose stream has an error event
	broken             // a connection that broke
	timedOut           // nothing in time
	otherwise          // any other status
	outcomes           // how many there are
)

// question is one request to send.
type question struct {
	client, text string
	stream       bool
}

// result is what became of it.
type result struct {
	outcome      outcome
	firstContent time.Duration // of an answer that is ok
}

// client sends as the official SDK does, with its retries off.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	return &client{base: base, http: &http.Client{Timeout: clientTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// ask sends the question and reads the answer to its end.
func (c *client) ask(ctx context.Context, q question) result {
	began := time.Now()
	resp, err := c.http.Do(c.request(ctx, q))
	if err != nil {
		return result{outcome: transportOutcome(err)}
	}
	defer resp.Body.Close()
	var r result
	switch {
	case resp.StatusCode == 529:
		r.outcome = overloaded
	case resp.StatusCode != http.StatusOK:
		r.outcome = otherwise
	case q.stream:
		r.outcome, r.firstContent = readStream(resp.Body, began)
	default:
		r.outcome, r.firstContent = readMessage(resp.Body, began)
	}
	return r
}

func (c *client) request(ctx context.Context, q question) *http.Request {
	body := fmt.Sprintf(`{"model":"claude-opus-5-5","max_tokens":1024,"stream":%t,"messages":[{"role":"user","content":%q}],"metadata":{"user_id":%q}}`,
		q.stream, q.text, q.client)
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/v1/messages", strings.NewReader(body)) // the URL is our own
	for name, value := range map[string]string{
		"content-type": "application/json", "authorization": "Bearer simulated", "anthropic-version": "2026-10-21",
		"x-stainless-retry-count": "0", "x-stainless-timeout": strconv.Itoa(int(clientTimeout.Seconds())),
	} {
		req.Header.Set(name, value)
	}
	return req
}

func readMessage(body io.Reader, began time.Time) (outcome, time.Duration) {
	var message struct {
		Type string `json:"type"`
	}
	switch err := json.NewDecoder(body).Decode(&message); {
	case err != nil:
		return transportOutcome(err), 0
	case message.Type != "message":
		return otherwise, 0
	}
	return ok, time.Since(began)
}

// readStream reads events until message_stop, without which a stream is broken.
func readStream(body io.Reader, began time.Time) (outcome, time.Duration) {
	var first time.Duration
	events := sse.NewReader(body, 1<<20)
	defer events.Release()
	for {
		event, err := events.Next()
		if err != nil {
			return transportOutcome(err), 0
		}
		switch string(event.Name) {
		case "content_block_delta":
			if first == 0 {
				first = time.Since(began)
			}
		case "error":
			return inStream, 0
		case "message_stop":
			_, err := io.Copy(io.Discard, body) // so that the connection can be used again
			if err != nil {
				return transportOutcome(err), 0
			}
			return ok, first
		}
	}
}

func transportOutcome(err error) outcome {
	var slow interface{ Timeout() bool }
	if errors.As(err, &slow) && slow.Timeout() {
		return timedOut
	}
	return broken
}
