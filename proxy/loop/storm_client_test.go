package loop_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/dialect"
	"spillway/proxy/loop"
	"spillway/proxy/trace"
)

// stormClient is one application with an official SDK: two retries, obedient to x-should-retry and retry-after, else
// half a second that doubles up to eight, less a quarter of jitter.
type stormClient struct {
	storm *storm
	name  string
	asked int
}

// result is what one request of an application came to.
type result struct {
	began, ended time.Duration
	calls        int // the first and the SDK's retries
	served       bool
	problem      string // why an answer was not well-formed; "" when all were
}

const sdkRetries = 2

// ask makes one request, and the SDK's retries of it.
func (c *stormClient) ask() result {
	r := result{began: c.storm.since()}
	for retry := range sdkRetries + 1 {
		r.calls++
		answer := c.call(retry)
		if r.served = answer.Status == 200; r.served {
			r.problem = wrongStream(answer)
			break
		}
		if r.problem = wrongError(answer); r.problem != "" {
			break
		}
		wait, again := c.sdkWait(answer, retry)
		if !again {
			break
		}
		c.storm.clock.Wait(wait)
	}
	r.ended = c.storm.since()
	return r
}

// call sends one request through the loop.
func (c *stormClient) call(retry int) *loop.Answer {
	c.asked++
	now := c.storm.clock.Now()
	body := []byte(`{"model":"m","max_tokens":100,"stream":true,"messages":[{"role":"user","content":"Hi."}]}`)
	call, problem := dialect.Parse(engine.Anthropic, dialect.Messages, body)
	if problem != nil {
		panic(problem.Message)
	}
	id := fmt.Sprintf("%s-%d", c.name, c.asked)
	x := &loop.Exchange{
		Request: engine.Request{
			ID: id, API: engine.Anthropic, Path: "/v1/messages", Model: call.Model, MaxTokens: call.MaxTokens, Stream: true,
			Bytes: len(body), Client: engine.Client{Name: c.name}, SDK: engine.SDK{RetryCount: retry, Timeout: c.storm.patience},
			Content: stormContent{call},
		},
		Call: call, Header: func(func(key, value []byte) bool) {}, Policy: c.storm.policy, Targets: c.storm.configured,
		Began: now, Deadline: now.Add(c.storm.patience - time.Second), Gone: &clock.Signal{}, Record: &trace.Record{ID: id, Began: now},
	}
	return c.storm.loop.Run(x)
}

// stormContent implements [engine.Content].
type stormContent struct{ call *dialect.Call }

func (c stormContent) Outline() engine.Outline { return c.call.Outline() }
func (c stormContent) Header(string) string    { return "" }
func (c stormContent) Body() json.RawMessage   { return c.call.Body }

// wrongStream reads an answer to its end. "" is a message with one start and a clean end.
func wrongStream(a *loop.Answer) string {
	defer a.Relay.Close()
	var text strings.Builder
	for {
		events, err := a.Relay.Next()
		text.Write(events)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err.Error()
		}
	}
	if strings.Count(text.String(), "event: message_start") != 1 || !strings.HasSuffix(text.String(), "{\"type\":\"message_stop\"}\n\n") {
		return "not one whole message: " + text.String()
	}
	return ""
}

// wrongError says what an SDK could not make of an error.
func wrongError(a *loop.Answer) string {
	var body struct {
		Type  string
		Error struct{ Type, Message string }
	}
	switch err := json.Unmarshal(a.Body, &body); {
	case a.Status < 400 || err != nil || body.Type != "error" || body.Error.Type == "" || body.Error.Message == "":
		return fmt.Sprintf("%d %s", a.Status, a.Body)
	case header(a, "x-should-retry") == "":
		return "no x-should-retry"
	}
	seconds, err := strconv.Atoi(header(a, "retry-after"))
	if header(a, "x-should-retry") == "true" && (err != nil || seconds < 1 || seconds > 60) {
		return "retry-after: " + header(a, "retry-after")
	}
	return ""
}

// sdkWait says whether the SDK tries again, and when.
func (c *stormClient) sdkWait(a *loop.Answer, retry int) (time.Duration, bool) {
	again := a.Status == 408 || a.Status == 409 || a.Status == 429 || a.Status >= 500
	if advice := header(a, "x-should-retry"); advice != "" {
		again = advice == "true"
	}
	if seconds, err := strconv.Atoi(header(a, "retry-after")); err == nil {
		return time.Duration(seconds) * time.Second, again
	}
	wait := min(500*time.Millisecond<<retry, 8*time.Second)
	return wait - time.Duration(c.storm.dice.Float64()*0.25*float64(wait)), again
}

func header(a *loop.Answer, name string) string {
	for _, h := range a.Set {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}
