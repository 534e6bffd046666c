package simtarget_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

func openaiClient(s *simtarget.Server) openai.Client {
	return openai.NewClient(option.WithBaseURL(s.URL()), option.WithAPIKey("sk-test"), option.WithMaxRetries(0))
}

var chatQuestion = openai.ChatCompletionNewParams{
	Model:         "gpt-5.6",
	Messages:      []openai.ChatCompletionMessageParamUnion{openai.UserMessage("hello?")},
	StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
}

// askOpenAI tells in a line what the official SDK got.
func askOpenAI(t *testing.T, s *simtarget.Server, stream bool) string {
	t.Helper()
	client := openaiClient(s)
	if !stream {
		c, err := client.Chat.Completions.New(t.Context(), chatQuestion)
		if err != nil {
			return describeOpenAI(err)
		}
		return describeChat(c)
	}
	events := client.Chat.Completions.NewStreaming(t.Context(), chatQuestion)
	defer events.Close()
	var acc openai.ChatCompletionAccumulator
	for events.Next() {
		if !acc.AddChunk(events.Current()) {
			t.Error("the SDK cannot accumulate")
		}
	}
	if err := events.Err(); err != nil {
		return describeOpenAI(err)
	}
	return describeChat(&acc.ChatCompletion)
}

func describeChat(c *openai.ChatCompletion) string {
	if len(c.Choices) == 0 {
		return "no choices"
	}
	m := c.Choices[0].Message
	var parts []string
	if m.Content != "" {
		parts = append(parts, "text "+m.Content)
	}
	for _, call := range m.ToolCalls {
		parts = append(parts, fmt.Sprintf("tool %s %s", call.Function.Name, call.Function.Arguments))
	}
	parts = append(parts, "stop "+c.Choices[0].FinishReason)
	if c.Usage.TotalTokens == 0 {
		parts = append(parts, "no usage")
	}
	return strings.Join(parts, "; ")
}

func describeOpenAI(err error) string {
	var failure *openai.Error
	if !errors.As(err, &failure) {
		return describeTransport(err)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", failure.StatusCode, failure.Type, failure.Code))
}

func TestChatContent(t *testing.T) {
	for name, tt := range map[string]struct {
		behaviour simtarget.Behaviour
		want      string
	}{
		"text":         {simtarget.Message("Hello, wörld \"quoted\"."), `text Hello, wörld "quoted".; stop stop`},
		"tool":         {simtarget.ToolUse("look", `{"at":"ä moon"}`), `tool look {"at":"ä moon"}; stop tool_calls`},
		"no arguments": {simtarget.ToolUse("look", ""), `tool look {}; stop tool_calls`},
		"parallel":     {simtarget.Says(simtarget.Content{Text: "Let me see.", Tools: []simtarget.Tool{{Name: "a", Input: `{"n":1}`}, {Name: "b", Input: `{"n":2}`}}}), `text Let me see.; tool a {"n":1}; tool b {"n":2}; stop tool_calls`},
		"thinking":     {simtarget.Says(simtarget.Content{Thinking: "Hm, well.", Text: "Yes."}), `text Yes.; stop stop`},
		"refusal":      {simtarget.Refusal(), `stop content_filter`},
		"byte by byte": {simtarget.Torn(1, simtarget.Message("Grüße!")), `text Grüße!; stop stop`},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, engine.OpenAI, tt.behaviour)
			for _, stream := range []bool{false, true} {
				if got := askOpenAI(t, s, stream); got != tt.want {
					t.Errorf("stream %t: the SDK got %q, want %q", stream, got, tt.want)
				}
			}
			if v := s.Violations(); v != nil {
				t.Errorf("the SDK itself violates: %q", v)
			}
		})
	}
}

func TestChatFailures(t *testing.T) {
	good := simtarget.Message("one two three four")
	for name, tt := range map[string]struct {
		behaviour     simtarget.Behaviour
		whole, stream string
	}{
		"overloaded":        {simtarget.Overloaded(), "503 service_unavailable_error server_is_overloaded", "503 service_unavailable_error server_is_overloaded"},
		"overloaded in 200": {simtarget.OverloadedInStream(), "503 service_unavailable_error server_is_overloaded", "error while streaming"},
		"after preamble":    {simtarget.OverloadedAfterPreamble(), "503 service_unavailable_error server_is_overloaded", "error while streaming"},
		"rate limit":        {simtarget.RateLimited(3 * time.Second), "429 requests rate_limit_exceeded", "429 requests rate_limit_exceeded"},
		"spend limit":       {simtarget.SpendLimit(), "429 insufficient_quota insufficient_quota", "429 insufficient_quota insufficient_quota"},
		"server":            {simtarget.ServerError(), "500 server_error", "500 server_error"},
		"credential":        {simtarget.Unauthorized(), "401 invalid_request_error invalid_api_key", "401 invalid_request_error invalid_api_key"},
		"model":             {simtarget.NoSuchModel(), "404 invalid_request_error model_not_found", "404 invalid_request_error model_not_found"},
		"too long":          {simtarget.TooLong(), "400 invalid_request_error context_length_exceeded", "400 invalid_request_error context_length_exceeded"},
		"html":              {simtarget.HTMLPage(502), "502", "502"},
		"reset":             {simtarget.ResetAtOnce(), "connection reset by peer", "connection reset by peer"},
		"cut":               {simtarget.CutAfter(3, good), "unexpected EOF", "unexpected EOF"},
		"truncated":         {simtarget.Truncated(good), "text one two three four; stop stop", "text one two three four; stop ; no usage"}, // the SDK does not notice
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, engine.OpenAI, tt.behaviour)
			if got := askOpenAI(t, s, false); got != tt.whole {
				t.Errorf("whole: the SDK got %q, want %q", got, tt.whole)
			}
			if got := askOpenAI(t, s, true); got != tt.stream {
				t.Errorf("stream: the SDK got %q, want %q", got, tt.stream)
			}
		})
	}
}

func TestResponses(t *testing.T) {
	s := start(t, engine.OpenAI, simtarget.InTurn(simtarget.Message("Hello there."), simtarget.Message("Hello there."), simtarget.OverloadedInStream()))
	client := openaiClient(s)
	ask := responses.ResponseNewParams{Model: "gpt-5.6", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("hello?")}}

	whole, err := client.Responses.New(t.Context(), ask)
	if err != nil || whole.OutputText() != "Hello there." {
		t.Errorf("whole: %v, %v", whole, err)
	}
	text, last, err := readResponse(t.Context(), client, ask)
	if err != nil || text != "Hello there." || last != "response.completed" {
		t.Errorf("stream: %q, last event %q, %v", text, last, err)
	}
	if _, _, err := readResponse(t.Context(), client, ask); err == nil {
		t.Error("an overload in the stream was not noticed")
	}
}

func readResponse(ctx context.Context, client openai.Client, ask responses.ResponseNewParams) (text, last string, err error) {
	events := client.Responses.NewStreaming(ctx, ask)
	defer events.Close()
	for events.Next() {
		text += events.Current().AsResponseOutputTextDelta().Delta
		last = events.Current().Type
	}
	return text, last, events.Err()
}

func TestOpenAIListings(t *testing.T) {
	s := start(t, engine.OpenAI, nil)
	client := openaiClient(s)
	page, err := client.Models.List(t.Context())
	if err != nil || len(page.Data) == 0 {
		t.Fatalf("models: %v, %v", page, err)
	}
	if one, err := client.Models.Get(t.Context(), page.Data[0].ID); err != nil || one.ID != page.Data[0].ID {
		t.Errorf("model: %v, %v", one, err)
	}
}
