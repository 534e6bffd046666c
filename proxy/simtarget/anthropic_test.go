package simtarget_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

func start(t *testing.T, dialect engine.API, b simtarget.Behaviour) *simtarget.Server {
	t.Helper()
	s, err := simtarget.Start(simtarget.Config{Dialect: dialect, Behaviour: b})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func anthropicClient(s *simtarget.Server) anthropic.Client {
	return anthropic.NewClient(option.WithBaseURL(s.URL()), option.WithAPIKey("sk-test"), option.WithMaxRetries(0))
}

var question = anthropic.MessageNewParams{
	Model: "claude-opus-5-5", MaxTokens: 100,
	Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("hello?"))},
}

// askAnthropic tells in a line what the official SDK got.
func askAnthropic(t *testing.T, s *simtarget.Server, stream bool) string {
	t.Helper()
	client := anthropicClient(s)
	if !stream {
		m, err := client.Messages.New(t.Context(), question)
		if err != nil {
			return describeAnthropic(err)
		}
		return describeMessage(m)
	}
	events := client.Messages.NewStreaming(t.Context(), question)
	defer events.Close()
	var m anthropic.Message
	for events.Next() {
		if err := m.Accumulate(events.Current()); err != nil {
			t.Errorf("the SDK cannot accumulate: %v", err)
		}
	}
	if err := events.Err(); err != nil {
		return describeAnthropic(err)
	}
	return describeMessage(&m)
}

func describeMessage(m *anthropic.Message) string {
	var parts []string
	for _, b := range m.Content {
		switch b := b.AsAny().(type) {
		case anthropic.TextBlock:
			parts = append(parts, "text "+b.Text)
		case anthropic.ThinkingBlock:
			parts = append(parts, "thinking "+b.Thinking+" signed "+b.Signature)
		case anthropic.ToolUseBlock:
			parts = append(parts, fmt.Sprintf("tool %s %s", b.Name, b.Input))
		}
	}
	return strings.Join(append(parts, "stop "+string(m.StopReason)), "; ")
}

func describeAnthropic(err error) string {
	var failure *anthropic.Error
	if !errors.As(err, &failure) {
		return describeTransport(err)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", failure.StatusCode, failure.Type(), failure.ErrorCode()))
}

func describeTransport(err error) string {
	for _, known := range []string{"connection reset by peer", "unexpected EOF", "EOF", "deadline exceeded", "error while streaming", "overloaded_error"} {
		if strings.Contains(err.Error(), known) {
			return known
		}
	}
	return err.Error()
}

func TestAnthropicContent(t *testing.T) {
	for name, tt := range map[string]struct {
		behaviour simtarget.Behaviour
		want      string
	}{
		"text":          {simtarget.Message("Hello, wörld \"quoted\"."), `text Hello, wörld "quoted".; stop end_turn`},
		"tool":          {simtarget.ToolUse("look", `{"at":"ä moon"}`), `tool look {"at":"ä moon"}; stop tool_use`},
		"no arguments":  {simtarget.ToolUse("look", ""), `tool look {}; stop tool_use`},
		"parallel":      {simtarget.Says(simtarget.Content{Text: "Let me see.", Tools: []simtarget.Tool{{Name: "a", Input: `{"n":1}`}, {Name: "b", Input: `{"n":2}`}}}), `text Let me see.; tool a {"n":1}; tool b {"n":2}; stop tool_use`},
		"thinking":      {simtarget.Says(simtarget.Content{Thinking: "Hm, well.", Text: "Yes."}), `thinking Hm, well. signed c2ltdWxhdGVk; text Yes.; stop end_turn`},
		"refusal":       {simtarget.Refusal(), `stop refusal`},
		"cut":           {simtarget.Says(simtarget.Content{Text: "On and", Cut: true}), `text On and; stop max_tokens`},
		"byte by byte":  {simtarget.Torn(1, simtarget.Message("Grüße!")), `text Grüße!; stop end_turn`},
		"late and slow": {simtarget.SlowStart(time.Millisecond, simtarget.SlowDrip(time.Millisecond, simtarget.Message("a b c"))), `text a b c; stop end_turn`},
		"quiet start":   {simtarget.QuietStart(time.Millisecond, simtarget.Message("a")), `text a; stop end_turn`},
		"no more after": {simtarget.LeavesAfter(simtarget.Message("bye")), `text bye; stop end_turn`},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, engine.Anthropic, tt.behaviour)
			for _, stream := range []bool{false, true} {
				if got := askAnthropic(t, s, stream); got != tt.want {
					t.Errorf("stream %t: the SDK got %q, want %q", stream, got, tt.want)
				}
			}
			if v := s.Violations(); v != nil {
				t.Errorf("the SDK itself violates: %q", v)
			}
		})
	}
}

func TestAnthropicFailures(t *testing.T) {
	good := simtarget.Message("one two three four")
	for name, tt := range map[string]struct {
		behaviour     simtarget.Behaviour
		whole, stream string
	}{
		"overloaded":        {simtarget.Overloaded(), "529 overloaded_error", "529 overloaded_error"},
		"overloaded in 200": {simtarget.OverloadedInStream(), "529 overloaded_error", "200 overloaded_error"},
		"after preamble":    {simtarget.OverloadedAfterPreamble(), "529 overloaded_error", "200 overloaded_error"},
		"rate limit":        {simtarget.RateLimited(3 * time.Second), "429 rate_limit_error", "429 rate_limit_error"},
		"spend limit":       {simtarget.SpendLimit(), "429 rate_limit_error enforced_spend_limit_reached", "429 rate_limit_error enforced_spend_limit_reached"},
		"server":            {simtarget.ServerError(), "500 api_error", "500 api_error"},
		"credential":        {simtarget.Unauthorized(), "401 authentication_error", "401 authentication_error"},
		"model":             {simtarget.NoSuchModel(), "404 not_found_error", "404 not_found_error"},
		"too long":          {simtarget.TooLong(), "400 invalid_request_error", "400 invalid_request_error"},
		"html":              {simtarget.HTMLPage(502), "502", "502"},
		"error with 200":    {simtarget.ErrorWith200(), "stop", "stop"}, // the SDK does not notice
		"reset":             {simtarget.ResetAtOnce(), "connection reset by peer", "connection reset by peer"},
		"reset late":        {simtarget.ResetAfter(3, good), "connection reset by peer", "connection reset by peer"},
		"cut":               {simtarget.CutAfter(3, good), "unexpected EOF", "unexpected EOF"},
		"truncated":         {simtarget.Truncated(good), "text one two three four; stop end_turn", "text one two three four; stop"}, // nor this
		"wrong length":      {simtarget.WrongLength(7, good), "unexpected EOF", "text one two three four; stop end_turn"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, engine.Anthropic, tt.behaviour)
			if got := strings.TrimSpace(askAnthropic(t, s, false)); got != tt.whole {
				t.Errorf("whole: the SDK got %q, want %q", got, tt.whole)
			}
			if got := strings.TrimSpace(askAnthropic(t, s, true)); got != tt.stream {
				t.Errorf("stream: the SDK got %q, want %q", got, tt.stream)
			}
		})
	}
}

func TestAnthropicHeaders(t *testing.T) {
	s := start(t, engine.Anthropic, simtarget.RateLimited(3*time.Second))
	client := anthropicClient(s)
	_, err := client.Messages.New(t.Context(), question)
	var failure *anthropic.Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want an API error", err)
	}
	if got := failure.Response.Header.Get("retry-after"); got != "3" {
		t.Errorf("retry-after is %q, want 3", got)
	}
	if failure.RequestID == "" || failure.Response.Header.Get("anthropic-ratelimit-requests-limit") == "" {
		t.Errorf("request id %q, headers %v", failure.RequestID, failure.Response.Header)
	}
}

func TestAnthropicListings(t *testing.T) {
	s := start(t, engine.Anthropic, nil)
	client := anthropicClient(s)
	count, err := client.Messages.CountTokens(context.Background(), anthropic.MessageCountTokensParams{Model: question.Model, Messages: question.Messages})
	if err != nil || count.InputTokens == 0 {
		t.Errorf("count_tokens: %v, %v", count, err)
	}
	page, err := client.Models.List(context.Background(), anthropic.ModelListParams{})
	if err != nil || len(page.Data) == 0 {
		t.Fatalf("models: %v, %v", page, err)
	}
	one, err := client.Models.Get(context.Background(), page.Data[0].ID, anthropic.ModelGetParams{})
	if err != nil || one.ID != page.Data[0].ID {
		t.Errorf("model: %v, %v", one, err)
	}
	if _, err := client.Models.Get(context.Background(), "claude-none", anthropic.ModelGetParams{}); describeAnthropic(err) != "404 not_found_error" {
		t.Errorf("unknown model: %v", err)
	}
}

// A whole answer that was cut does not shorten the streams after it.
func TestBehavioursKeepNothingOfWhatTheyAnswered(t *testing.T) {
	s := start(t, engine.Anthropic, simtarget.CutAfter(5, simtarget.Message("one two three four")))
	for _, stream := range []bool{true, false, true} {
		if got := askAnthropic(t, s, stream); got != "unexpected EOF" {
			t.Errorf("the SDK got %q", got)
		}
	}
	client := anthropicClient(s)
	events := client.Messages.NewStreaming(t.Context(), question)
	defer events.Close()
	n := 0
	for events.Next() {
		n++
	}
	if n != 4 { // the SDK keeps pings to itself
		t.Errorf("the SDK got %d events", n)
	}
}
