package failure

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func (s seen) read(api engine.API) Reading {
	return Read(Answer{API: api, Status: s.status, Header: headers(s.headers), Body: []byte(s.body), InStream: s.stream, Now: now})
}

func headers(h map[string]string) func(string) string {
	return func(name string) string { return h[strings.ToLower(name)] }
}

func TestRead(t *testing.T) {
	for group, cases := range map[string]struct {
		apis []engine.API
		list []seen
	}{
		"anthropic": {[]engine.API{engine.Anthropic}, anthropicErrors},
		"openai":    {[]engine.API{engine.OpenAI}, openaiErrors},
		"any":       {[]engine.API{engine.Anthropic, engine.OpenAI}, anyDialect},
	} {
		for _, c := range cases.list {
			for _, api := range cases.apis {
				t.Run(group+"/"+c.name, func(t *testing.T) {
					r := c.read(api)
					if r.Reason != c.reason || r.Retry != c.retry || r.Code != c.code {
						t.Errorf("%s: read %s, %s, code %q; want %s, %s, %q", api, r.Reason, r.Retry, r.Code, c.reason, c.retry, c.code)
					}
					want := engine.KindHTTP
					if c.status == 200 {
						want = engine.KindStream
					}
					if r.Kind != want {
						t.Errorf("kind %s, want %s", r.Kind, want)
					}
				})
			}
		}
	}
}

// Every row must be the first that matches something above or below, or nobody would notice it breaking.
func TestEveryRowIsUsed(t *testing.T) {
	used := map[int]bool{}
	mark := func(a Answer) {
		f := factsOf(a)
		for i, r := range table {
			if f.fit(r) {
				used[i] = true
				return
			}
		}
	}
	for _, c := range append(append(anthropicErrors, openaiErrors...), anyDialect...) {
		for _, api := range []engine.API{engine.Anthropic, engine.OpenAI} {
			mark(Answer{API: api, Status: c.status, Header: headers(c.headers), Body: []byte(c.body), InStream: c.stream, Now: now})
		}
	}
	for _, c := range transportCases {
		mark(Answer{Status: c.status, Err: c.err, Now: now})
	}
	for i, r := range table {
		if !used[i] {
			t.Errorf("no test reaches row %d: %+v", i, r)
		}
	}
}

var transportCases = []struct {
	err    error
	status int
	reason engine.Reason
	retry  engine.Retry
	kind   engine.Kind
}{
	{ErrConnect, 0, "connection", same, engine.KindConnect},
	{fmt.Errorf("%w: no such host", ErrConnect), 0, "connection", same, engine.KindConnect},
	{ErrStale, 0, "connection", same, engine.KindConnect},
	{ErrReset, 0, "connection", same, engine.KindConnect},
	{ErrReset, 200, "connection", same, engine.KindStream},
	{ErrFirstEvent, 0, "timeout", same, engine.KindTimeout},
	{ErrFirstEvent, 200, "timeout", same, engine.KindTimeout},
	{ErrIdle, 200, "timeout", same, engine.KindTimeout},
	{ErrTotal, 200, "timeout", elsewhere, engine.KindTimeout},
	{ErrIncomplete, 200, "connection", same, engine.KindStream},
	{ErrEmpty, 200, "server", same, engine.KindStream},
	{ErrTooLarge, 200, "server", elsewhere, engine.KindStream},
	{io.ErrUnexpectedEOF, 200, "connection", same, engine.KindStream},
	{errors.New("odd"), 0, "connection", same, engine.KindConnect},
	{nil, 0, "connection", same, engine.KindConnect},
	{ErrReset, 529, "overloaded", same, engine.KindHTTP},
	{ErrReset, 522, "timeout", same, engine.KindHTTP},
	{nil, 405, "not_found", elsewhere, engine.KindHTTP},
}

func TestTransport(t *testing.T) {
	for _, c := range transportCases {
		t.Run(fmt.Sprint(c.err, c.status), func(t *testing.T) {
			r := Read(Answer{API: engine.Anthropic, Status: c.status, Err: c.err, Now: now})
			if r.Reason != c.reason || r.Retry != c.retry || r.Kind != c.kind {
				t.Errorf("read %s, %s, %s; want %s, %s, %s", r.Reason, r.Retry, r.Kind, c.reason, c.retry, c.kind)
			}
			if c.err != nil && c.status < 300 && r.Message != c.err.Error() {
				t.Errorf("message %q", r.Message)
			}
		})
	}
}

func TestMessage(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"of the error":       {anthropic("api_error", "boom"), "boom"},
		"on one line":        {anthropic("api_error", `a\n\tb\u0000c`), "a b c"},
		"title of a page":    {"<HTML><head><TITLE lang=en>\n 413 &amp; too large\n</TITLE>", "413 & too large"},
		"page without title": {"<html>", "a page without a title"},
		"text":               {" upstream gone\n", "upstream gone"},
		"FastAPI's list":     {`{"detail":[{"loc":["body"],"msg":"field required"}]}`, "field required"},
		"Amazon":             {`{"message":"Too many requests"}`, "Too many requests"},
		"unknown JSON":       {`{"reason":"x"}`, `{"reason":"x"}`},
		"none":               {"", ""},
		"bad UTF-8":          {"a\xffb", "ab"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Read(Answer{Status: 500, Body: []byte(c.body)}).Message; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	long := Read(Answer{Status: 500, Body: []byte(anthropic("api_error", "x"+strings.Repeat("é", 400)))}).Message
	if len(long) != 499 || !utf8.ValidString(long) {
		t.Errorf("cut to %d bytes, valid %v", len(long), utf8.ValidString(long))
	}
}

func TestRetryAfter(t *testing.T) {
	for name, c := range map[string]struct {
		headers map[string]string
		want    time.Duration
	}{
		"none":            {nil, 0},
		"seconds":         {map[string]string{"retry-after": "30"}, 30 * time.Second},
		"fraction":        {map[string]string{"retry-after": " 1.5 "}, 1500 * time.Millisecond},
		"milliseconds":    {map[string]string{"retry-after-ms": "250.5", "retry-after": "9"}, 250500 * time.Microsecond},
		"bad ms":          {map[string]string{"retry-after-ms": "soon", "retry-after": "9"}, 9 * time.Second},
		"date":            {map[string]string{"retry-after": "Mon, 23 Nov 2026 10:00:20 GMT"}, 20 * time.Second},
		"date gone by":    {map[string]string{"retry-after": "Mon, 23 Nov 2026 09:00:00 GMT"}, 0},
		"date next year":  {map[string]string{"retry-after": "Tue, 23 Nov 2027 10:00:00 GMT"}, 24 * time.Hour},
		"zero":            {map[string]string{"retry-after": "0"}, 0},
		"negative":        {map[string]string{"retry-after": "-5"}, 0},
		"absurd":          {map[string]string{"retry-after": "1e300"}, 24 * time.Hour},
		"more than a day": {map[string]string{"retry-after": "90000"}, 24 * time.Hour},
		"not a number":    {map[string]string{"retry-after": "NaN"}, 0},
		"infinite":        {map[string]string{"retry-after": "inf"}, 0},
		"words":           {map[string]string{"retry-after": "later"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Read(Answer{Status: 429, Header: headers(c.headers), Now: now}).RetryAfter; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if got := Read(Answer{Status: 200, InStream: true, Header: headers(afterThirty), Body: []byte(anthropic("overloaded_error", "m"))}).RetryAfter; got != 0 {
		t.Errorf("an event must not wait for what the headers of the 200 say: %v", got)
	}
}

func TestUntil(t *testing.T) {
	for message, want := range map[string]time.Time{
		"You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.": time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
		"You have reached your specified API usage limits; access resumes 2026-12-02T06:30:00Z.":               time.Date(2026, 12, 2, 6, 30, 0, 0, time.UTC),
		"You have reached your specified API usage limits until 2026-12-03.":                                   time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC),
		"You have reached your specified API usage limits on 2026-99-99.":                                      {},
		"You have reached your specified API usage limits.":                                                    {},
		"An unrelated fault of 2026-12-01.":                                                                    {},
	} {
		if got := Read(Answer{API: engine.Anthropic, Status: 400, Body: []byte(anthropic("invalid_request_error", message))}).Until; !got.Equal(want) {
			t.Errorf("%s: %v", message, got)
		}
	}
}

func TestRateLimits(t *testing.T) {
	got := RateLimits(engine.Anthropic, headers(map[string]string{
		"anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "49", "anthropic-ratelimit-requests-reset": "2026-11-23T10:01:00Z",
		"anthropic-ratelimit-input-tokens-limit": "40000", "anthropic-ratelimit-input-tokens-remaining": "39000", "anthropic-ratelimit-input-tokens-reset": "yesterday",
		"anthropic-ratelimit-output-tokens-limit": "-5",
	}), now)
	want := engine.RateLimits{
		Requests:    engine.Allowance{Limit: 50, Remaining: 49, Reset: now.Add(time.Minute)},
		InputTokens: engine.Allowance{Limit: 40000, Remaining: 39000},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = RateLimits(engine.OpenAI, headers(map[string]string{
		"x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "499", "x-ratelimit-reset-requests": "120ms",
		"x-ratelimit-limit-tokens": "30000", "x-ratelimit-remaining-tokens": "1", "x-ratelimit-reset-tokens": "6m0s",
	}), now)
	want = engine.RateLimits{
		Requests: engine.Allowance{Limit: 500, Remaining: 499, Reset: now.Add(120 * time.Millisecond)},
		Tokens:   engine.Allowance{Limit: 30000, Remaining: 1, Reset: now.Add(6 * time.Minute)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = RateLimits(engine.OpenAI, headers(map[string]string{"x-ratelimit-reset-requests": "1.5", "x-ratelimit-reset-tokens": "-1s"}), now)
	if got.Requests.Reset != now.Add(1500*time.Millisecond) || !got.Tokens.Reset.IsZero() {
		t.Errorf("seconds without a unit: %+v", got)
	}
	if got := RateLimits(engine.OpenAI, nil, now); got != (engine.RateLimits{}) {
		t.Errorf("no headers: %+v", got)
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range append(append(anthropicErrors, openaiErrors...), anyDialect...) {
		f.Add(c.status, []byte(c.body), c.stream, "30", "6m0s")
	}
	f.Fuzz(func(t *testing.T, status int, body []byte, stream bool, wait, reset string) {
		for _, api := range []engine.API{engine.Anthropic, engine.OpenAI} {
			h := map[string]string{"retry-after": wait, "x-ratelimit-reset-tokens": reset, "anthropic-ratelimit-tokens-reset": reset}
			r := Read(Answer{API: api, Status: status, Header: headers(h), Body: body, InStream: stream, Now: now})
			if r.Reason == "" || r.Retry == "" || r.Kind == "" {
				t.Errorf("incomplete: %+v", r)
			}
			if len(r.Message) > maxMessage || !utf8.ValidString(r.Message) || strings.ContainsAny(r.Message, "\r\n") {
				t.Errorf("message %q", r.Message)
			}
			if r.RetryAfter < 0 || r.RetryAfter > maxWait || r.Rest < 0 || r.Rest > longestBench {
				t.Errorf("wait %v", r.RetryAfter)
			}
		}
	})
}
