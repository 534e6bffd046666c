package proxy_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/openai/openai-go/v3"
	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// task is a conversation of several turns as a target leads it: two tools at once, one more, and the end, which is cut off.
var task = []simtarget.Content{
	{Text: "I see a \"cat\" 🐈. Let me look.", Tools: []simtarget.Tool{{Name: "look", Input: `{"at":"ä moon","n":1.50,"deep":{"a":[1,null]}}`}, {Name: "now", Input: ""}}},
	{Tools: []simtarget.Tool{{Name: "look", Input: `{"at":"sun"}`}}},
	{Text: "It is over, for", Cut: true},
}

// leads answers a conversation's turns by how many answers it already has.
func leads(turns []simtarget.Content) simtarget.Behaviour {
	return func(r *simtarget.Seen) simtarget.Answer {
		n := len(gjson.GetBytes(r.Body, `messages.#(role=="assistant")#`).Array())
		return simtarget.Says(turns[min(n, len(turns)-1)])(r)
	}
}

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// workMessages does the task with Anthropic's SDK, and returns its answers.
func workMessages(t *testing.T, base string, stream bool) (answers []gist) {
	t.Helper()
	client := anthropicClient(base)
	schema := anthropic.ToolInputSchemaParam{Properties: map[string]any{"at": map[string]any{"type": "string"}}, Required: []string{"at"}}
	params := anthropic.MessageNewParams{
		Model: "claude-opus-5-5", MaxTokens: 1000, StopSequences: []string{"END"}, Metadata: anthropic.MetadataParam{UserID: anthropic.String("u-1")},
		System:     []anthropic.TextBlockParam{{Text: "Be brief.", CacheControl: anthropic.NewCacheControlEphemeralParam()}},
		Tools:      []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{Name: "look", Description: anthropic.String("Looks."), InputSchema: schema}}, {OfTool: &anthropic.ToolParam{Name: "now"}}},
		ToolChoice: anthropic.ToolChoiceUnionParam{OfAuto: &anthropic.ToolChoiceAutoParam{}},
		Messages:   []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("What is it?"), anthropic.NewImageBlockBase64("image/png", png))},
	}
	for range task {
		m := tellMessage(t, client, params, stream)
		answers = append(answers, gistOf(accumulated(t, m)))
		params.Messages = append(params.Messages, m.ToParam())
		var results []anthropic.ContentBlockParamUnion
		for i, block := range m.Content {
			if block.Type == "tool_use" {
				results = append(results, anthropic.NewToolResultBlock(block.ID, "nothing there", i%2 == 0))
			}
		}
		if len(results) > 0 {
			results[0].OfToolResult.Content = append(results[0].OfToolResult.Content, anthropic.ToolResultBlockParamContentUnion{OfImage: anthropic.NewImageBlockBase64("image/png", png).OfImage})
		}
		params.Messages = append(params.Messages, anthropic.NewUserMessage(append(results, anthropic.NewTextBlock("Go on."))...))
	}
	return answers
}

func tellMessage(t *testing.T, client anthropic.Client, params anthropic.MessageNewParams, stream bool) *anthropic.Message {
	t.Helper()
	if !stream {
		m, err := client.Messages.New(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	events := client.Messages.NewStreaming(t.Context(), params)
	defer events.Close()
	m := &anthropic.Message{}
	for events.Next() {
		if err := m.Accumulate(events.Current()); err != nil {
			t.Fatal(err)
		}
	}
	if err := events.Err(); err != nil {
		t.Fatal(err)
	}
	return m
}

// workChat does the task with OpenAI's SDK, and returns its answers.
func workChat(t *testing.T, base string, stream bool) (answers []gist) {
	t.Helper()
	client := openaiClient(base)
	function := func(name string, parameters openai.FunctionParameters) openai.ChatCompletionToolUnionParam {
		return openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{Name: name, Description: openai.String("A tool."), Parameters: parameters})
	}
	params := openai.ChatCompletionNewParams{
		Model: "claude-opus-4-6", MaxCompletionTokens: openai.Int(1000), User: openai.String("u-1"), ReasoningEffort: openai.ReasoningEffortLow,
		Stop:              openai.ChatCompletionNewParamsStopUnion{OfString: openai.String("END")},
		ParallelToolCalls: openai.Bool(true),
		Tools:             []openai.ChatCompletionToolUnionParam{function("look", openai.FunctionParameters{"type": "object", "properties": map[string]any{"at": map[string]any{"type": "string"}}}), function("now", nil)},
		Messages: []openai.ChatCompletionMessageParamUnion{
			openai.SystemMessage("Be brief."), openai.DeveloperMessage("Be kind."),
			openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{
				openai.TextContentPart("What is it?"), openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: "data:image/png;base64," + png}),
			}),
		},
	}
	for range task {
		m := tellCompletion(t, client, params, stream)
		answers = append(answers, gistOf(accumulated(t, m)))
		params.Messages = append(params.Messages, m.Choices[0].Message.ToParam())
		for _, call := range m.Choices[0].Message.ToolCalls {
			params.Messages = append(params.Messages, openai.ToolMessage("nothing there", call.ID))
		}
		params.Messages = append(params.Messages, openai.UserMessage("Go on."))
	}
	return answers
}

func tellCompletion(t *testing.T, client openai.Client, params openai.ChatCompletionNewParams, stream bool) *openai.ChatCompletion {
	t.Helper()
	if !stream {
		m, err := client.Chat.Completions.New(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	events := client.Chat.Completions.NewStreaming(t.Context(), params)
	defer events.Close()
	var m openai.ChatCompletionAccumulator
	for events.Next() {
		if !m.AddChunk(events.Current()) {
			t.Fatal("the SDK cannot accumulate")
		}
	}
	if err := events.Err(); err != nil {
		t.Fatal(err)
	}
	return &m.ChatCompletion
}

// readsAs fails unless a request is one that the SDK of its target's dialect could have sent: all of it has a place in the SDK's types.
func readsAs[Params any](t *testing.T, body []byte) {
	t.Helper()
	var params Params
	var sent, read map[string]any
	if err := json.Unmarshal(body, &params); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	again, err := json.Marshal(params)
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if json.Unmarshal(body, &sent) != nil || json.Unmarshal(again, &read) != nil {
		t.Fatalf("no JSON: %s", body)
	}
	delete(sent, "stream") // which is no parameter in either SDK
	if diff := cmp.Diff(spelt(sent), spelt(read)); diff != "" {
		t.Errorf("the SDK reads another request (-sent +read):\n%s", diff)
	}
}

// spelt is a request with the contents of its messages as the SDKs spell them: a text is a list of one block, and none is left out.
func spelt(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = spelt(v[i])
		}
	case map[string]any:
		for name, value := range v {
			v[name] = spelt(value)
		}
		switch content := v["content"].(type) {
		case string:
			v["content"] = []any{map[string]any{"type": "text", "text": content}}
		case nil:
			delete(v, "content")
		}
	}
	return v
}

// A task of several turns, with tools and images, goes across dialects as it goes in its own; and what arrives at the target are
// requests that the SDK of its dialect could have sent.
func TestSDKsDoATaskAcrossDialects(t *testing.T) {
	for _, way := range []struct {
		from  engine.API
		work  func(t *testing.T, base string, stream bool) []gist
		path  string
		reads func(t *testing.T, body []byte)
	}{
		{engine.Anthropic, workMessages, "", readsAs[openai.ChatCompletionNewParams]},
		{engine.OpenAI, workChat, "/v1", readsAs[anthropic.MessageNewParams]},
	} {
		for _, stream := range []bool{false, true} {
			t.Run(string(way.from)+map[bool]string{false: " whole", true: " stream"}[stream], func(t *testing.T) {
				t.Parallel()
				toFirst := map[string]string{"overload.ts": `export function decide(r, attempts) { return attempts.some((a) => a.retry !== "same") ? { fail: "last" } : { send: "a" } }`}
				l := start(t, setup{Targets: []simtarget.Config{{Dialect: other[way.from], Behaviour: leads(task)}}, Policies: toFirst})
				want := way.work(t, direct(t, way.from, leads(task)), stream)
				got := way.work(t, l.URL+way.path, stream)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the SDK got other answers (-in its own dialect +across):\n%s", diff)
				}
				if len(want) != len(task) || len(want[0].Tools) != 2 || want[1].Text != "" {
					t.Errorf("the task is %+v", want)
				}
				for i := range task {
					seen, err := l.Targets[0].Await(context.Background(), i)
					if err != nil {
						t.Fatal(err)
					}
					way.reads(t, seen.Body)
				}
				if v := l.Targets[0].Violations(); len(v) > 0 {
					t.Errorf("violations: %v", v)
				}
			})
		}
	}
}

// counted answers with a usage of its own, in either dialect.
func counted(r *simtarget.Seen) simtarget.Answer {
	a := simtarget.Says(simtarget.Content{Text: "Hi."})(r)
	usage := regexp.MustCompile(`"usage":\{.*?\}\}`) // a chat completion's has details
	now := `"usage":{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050,"prompt_tokens_details":{"cached_tokens":200,"cache_write_tokens":300},"completion_tokens_details":{"reasoning_tokens":40}}`
	if r.API == engine.Anthropic {
		usage = regexp.MustCompile(`"usage":\{[^}]*\}`)
		now = `"usage":{"input_tokens":500,"cache_creation_input_tokens":300,"cache_read_input_tokens":200,"output_tokens":50,"output_tokens_details":{"thinking_tokens":40}}`
	}
	for i := range a.Pieces {
		a.Pieces[i].Data = usage.ReplaceAll(a.Pieces[i].Data, []byte(now))
	}
	return a
}

// What an answer cost is counted as each dialect counts: with or without what the cache gave and took.
func TestUsageIsCountedAsTheSDKExpects(t *testing.T) {
	toFirst := map[string]string{"overload.ts": `export function decide(r, attempts) { return attempts.length ? { fail: "last" } : { send: "a" } }`}
	labs := map[engine.API]*lab{}
	for from, to := range other {
		labs[from] = start(t, setup{Targets: []simtarget.Config{{Dialect: to, Behaviour: counted}}, Policies: toFirst})
	}
	for _, s := range sdks[:2] {
		for _, stream := range []bool{false, true} {
			want := gjson.Get(s.ask(t, direct(t, s.api, counted), "m", stream).Message, "usage").Raw
			got := gjson.Get(s.ask(t, s.base(labs[s.api].URL), "m", stream).Message, "usage").Raw
			if !strings.Contains(want, "200") || got != want {
				t.Errorf("%s, stream %t: %s, want %s", s.name, stream, got, want)
			}
		}
	}
}
