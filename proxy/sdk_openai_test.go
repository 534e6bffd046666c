package proxy_test

import (
	"errors"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

func openaiClient(base string) openai.Client {
	return openai.NewClient(option.WithBaseURL(base), option.WithAPIKey("sk-test"), option.WithMaxRetries(0))
}

func askChat(t *testing.T, base, model string, stream bool) (got told) {
	t.Helper()
	client := openaiClient(base)
	question := openai.ChatCompletionNewParams{
		Model: model, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("hello?")},
	}
	if !stream {
		completion, err := client.Chat.Completions.New(t.Context(), question)
		got.Failure = openaiFailure(err)
		if err == nil {
			got.Message = accumulated(t, completion)
		}
		return got
	}
	question.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	events := client.Chat.Completions.NewStreaming(t.Context(), question)
	defer events.Close()
	var completion openai.ChatCompletionAccumulator
	for events.Next() {
		chunk := events.Current()
		if len(chunk.Choices) > 0 && chunk.Choices[0].Delta.Role != "" {
			got.Starts++
		}
		if !completion.AddChunk(chunk) {
			t.Error("the SDK cannot accumulate")
		}
	}
	got.Failure = openaiFailure(events.Err())
	got.Message = accumulated(t, completion.ChatCompletion)
	return got
}

func askResponses(t *testing.T, base, model string, stream bool) (got told) {
	t.Helper()
	client := openaiClient(base)
	question := responses.ResponseNewParams{
		Model: model, Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("hello?")},
	}
	if !stream {
		response, err := client.Responses.New(t.Context(), question)
		got.Failure = openaiFailure(err)
		if err == nil {
			got.Message = accumulated(t, response)
		}
		return got
	}
	events := client.Responses.NewStreaming(t.Context(), question)
	defer events.Close()
	for events.Next() {
		switch event := events.Current(); event.Type {
		case "response.created":
			got.Starts++
		case "response.output_text.delta":
			got.Message += event.AsResponseOutputTextDelta().Delta
		case "response.completed":
			got.Message += accumulated(t, event.AsResponseCompleted().Response)
		}
	}
	got.Failure = openaiFailure(events.Err())
	return got
}

func openaiFailure(err error) failure {
	var api *openai.Error
	switch {
	case err == nil:
		return failure{}
	case !errors.As(err, &api):
		return failure{Other: err.Error()}
	}
	return failure{
		Status: api.StatusCode, Type: api.Type, Code: api.Code, Message: api.Message,
		RequestID: anonymous(api.Response.Header.Get("X-Request-Id")),
	}
}

func TestOpenAIListings(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}, {Dialect: engine.OpenAI}}})
	client := openaiClient(l.URL + "/v1")
	page, err := client.Models.List(t.Context())
	if err != nil || len(page.Data) == 0 {
		t.Fatalf("models: %v, %v", page, err)
	}
	if one, err := client.Models.Get(t.Context(), page.Data[0].ID); err != nil || one.ID != page.Data[0].ID {
		t.Errorf("model: %v, %v", one, err)
	}
	_, err = client.Models.Get(t.Context(), "gpt-none")
	if got := openaiFailure(err); got.Status != 404 || got.Code != "model_not_found" {
		t.Errorf("unknown model: %+v", got)
	}
}
