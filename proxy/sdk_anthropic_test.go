package proxy_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

func anthropicClient(base string) anthropic.Client {
	return anthropic.NewClient(option.WithoutEnvironmentDefaults(), option.WithBaseURL(base), option.WithAPIKey("sk-test"), option.WithMaxRetries(0))
}

func anthropicQuestion(model string) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{
		Model: model, MaxTokens: 100,
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("hello?"))},
	}
}

func askMessages(t *testing.T, base, model string, stream bool) (got told) {
	t.Helper()
	client := anthropicClient(base)
	if !stream {
		m, err := client.Messages.New(t.Context(), anthropicQuestion(model))
		got.Failure = anthropicFailure(err)
		if err == nil {
			got.Message = accumulated(t, m)
		}
		return got
	}
	events := client.Messages.NewStreaming(t.Context(), anthropicQuestion(model))
	defer events.Close()
	var m anthropic.Message
	for events.Next() {
		if events.Current().Type == "message_start" {
			got.Starts++
		}
		if err := m.Accumulate(events.Current()); err != nil {
			t.Errorf("the SDK cannot accumulate: %v", err)
		}
	}
	got.Failure = anthropicFailure(events.Err())
	got.Message = accumulated(t, m)
	return got
}

func anthropicFailure(err error) failure {
	var api *anthropic.Error
	switch {
	case err == nil:
		return failure{}
	case !errors.As(err, &api):
		return failure{Other: err.Error()}
	}
	return failure{
		Status: api.StatusCode, Type: string(api.Type()), Code: string(api.ErrorCode()), Message: api.Message, RequestID: anonymous(api.RequestID),
	}
}

// accumulated is an SDK's value as JSON.
func accumulated(t *testing.T, message any) string {
	t.Helper()
	text, err := json.MarshalIndent(message, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return anonymous(string(text))
}

func TestAnthropicListings(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{Dialect: engine.OpenAI}, {}}})
	client := anthropicClient(l.URL)
	count, err := client.Messages.CountTokens(t.Context(), anthropic.MessageCountTokensParams{
		Model: "claude-opus-5-5", Messages: anthropicQuestion("").Messages,
	})
	if err != nil || count.InputTokens == 0 {
		t.Errorf("count_tokens: %v, %v", count, err)
	}
	page, err := client.Models.List(t.Context(), anthropic.ModelListParams{})
	if err != nil || len(page.Data) == 0 {
		t.Fatalf("models: %v, %v", page, err)
	}
	if one, err := client.Models.Get(t.Context(), page.Data[0].ID, anthropic.ModelGetParams{}); err != nil || one.ID != page.Data[0].ID {
		t.Errorf("model: %v, %v", one, err)
	}
	_, err = client.Models.Get(t.Context(), "claude-none", anthropic.ModelGetParams{})
	if got := anthropicFailure(err); got.Status != 404 || got.Type != "not_found_error" {
		t.Errorf("unknown model: %+v", got)
	}
}
