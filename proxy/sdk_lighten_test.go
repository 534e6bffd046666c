package proxy_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2"
	aoption "github.com/anthropics/anthropic-sdk-go/v2/option"
	"github.com/openai/openai-go/v3"
	ooption "github.com/openai/openai-go/v3/option"

	"spillway/engine"
	"spillway/proxy/simtarget"
	"spillway/proxy/trim/proof"
)

// asSDK sends a request by an official SDK, as if its caller had written it: false when its types cannot say all of it.
type asSDK func(t *testing.T, base string, request []byte) (answer *http.Response, sent bool)

func sendMessages(t *testing.T, base string, request []byte) (answer *http.Response, sent bool) {
	t.Helper()
	var params anthropic.MessageNewParams
	if !understands(t, request, &params) {
		return nil, false
	}
	client := anthropicClient(base)
	if _, err := client.Messages.New(t.Context(), params, aoption.WithResponseInto(&answer)); err != nil {
		t.Fatalf("%v\n%s", err, request)
	}
	return answer, true
}

func sendChat(t *testing.T, base string, request []byte) (answer *http.Response, sent bool) {
	t.Helper()
	var params openai.ChatCompletionNewParams
	if !understands(t, request, &params) {
		return nil, false
	}
	client := openaiClient(base)
	if _, err := client.Chat.Completions.New(t.Context(), params, ooption.WithResponseInto(&answer)); err != nil {
		t.Fatalf("%v\n%s", err, request)
	}
	return answer, true
}

// understands says whether an SDK's parameters hold all that a request says.
func understands(t *testing.T, request []byte, params any) bool {
	t.Helper()
	if err := json.Unmarshal(request, params); err != nil {
		return false
	}
	again, err := json.Marshal(params)
	if err != nil {
		return false
	}
	var was, is any
	_, _ = json.Unmarshal(request, &was), json.Unmarshal(again, &is)
	return reflect.DeepEqual(plain(was), plain(is))
}

// plain writes a request as the SDKs do: a text is a block, what is null is left out, and so are the stream, which they make a
// method, and other servers' reasoning.
func plain(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = plain(value[i])
		}
	case map[string]any:
		for name, member := range value {
			if value[name] = plain(member); member == nil || name == "stream" || name == "reasoning_content" {
				delete(value, name)
			}
		}
		if text, ok := value["content"].(string); ok {
			value["content"] = []any{map[string]any{"type": "text", "text": text}}
		}
	}
	return value
}

// Requests that official SDKs send are valid when the proxy has trimmed them, and the SDKs themselves can read what is left.
func TestSDKsSendAndReadTrimmedRequests(t *testing.T) {
	for name, c := range map[string]struct {
		dialect engine.API
		send    asSDK
		params  func() any
	}{
		"messages":         {engine.Anthropic, sendMessages, func() any { return &anthropic.MessageNewParams{} }},
		"chat completions": {engine.OpenAI, sendChat, func() any { return &openai.ChatCompletionNewParams{} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{
				Targets: []simtarget.Config{{Dialect: c.dialect}},
				Policies: decides(`return attempts.length ? { fail: "last" } :
					{ send: "a", trim: { keepToolResults: 0, keepTurns: 2, dropThinking: true, images: "drop old" } }`),
			})
			sent, trimmed := 0, 0
			for seed := range uint64(200) {
				last, err := proof.New(seed, c.dialect == engine.OpenAI).Last()
				if err != nil {
					t.Fatal(err)
				}
				answer, ok := c.send(t, sdk{api: c.dialect}.base(l.URL), last.Body)
				if !ok {
					continue
				}
				sent++
				if answer.Header.Get("X-Spillway-Edits") == "" {
					continue
				}
				trimmed++
				seen := l.Targets[0].Requests()
				arrived := seen[len(seen)-1].Body
				if err := proof.Judge(c.dialect == engine.OpenAI, arrived); err != nil {
					t.Errorf("seed %d: %v\n%s", seed, err, arrived)
				}
				if !understands(t, arrived, c.params()) {
					t.Errorf("seed %d: the SDK cannot read\n%s", seed, arrived)
				}
			}
			if sent < 100 || trimmed < 50 {
				t.Errorf("%d were sent, of which %d were trimmed", sent, trimmed)
			}
		})
	}
}
