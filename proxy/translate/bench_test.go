package translate_test

import (
	"strings"
	"testing"

	"spillway/engine"
	"spillway/proxy/model"
	"spillway/proxy/sse"
	"spillway/proxy/translate"
)

// under are streams that are under way, by what comes next and goes on for ever.
func under(t testing.TB, caller engine.API) map[string]func() {
	t.Helper()
	next := map[string][]string{ // what begins it, and the event that comes again and again
		"text": {
			`{"id":"chatcmpl-abc","object":"chat.completion.chunk","created":1,"model":"gpt-5.6","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}`,
			`{"id":"chatcmpl-abc","object":"chat.completion.chunk","created":1,"model":"gpt-5.6","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":" some \"words\""},"logprobs":null,"finish_reason":null}],"usage":null}`,
		},
		"arguments": {
			`{"id":"chatcmpl-abc","object":"chat.completion.chunk","created":1,"model":"gpt-5.6","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"at\":\""}}]},"finish_reason":null}]}`,
			`{"id":"chatcmpl-abc","object":"chat.completion.chunk","created":1,"model":"gpt-5.6","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":" some words"}}]},"finish_reason":null}]}`,
		},
	}
	if caller == engine.OpenAI {
		start := `{"type":"message_start","message":{"id":"msg_01A","type":"message","role":"assistant","model":"claude-opus-5-5","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}`
		next = map[string][]string{
			"text": {
				start, `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`,
				`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" some \"words\""}}`,
			},
			"arguments": {
				start, `{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"look","input":{}}}`,
				`{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"at\":\""}}`,
				`{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":" some words"}}`,
			},
		}
	}
	steps := make(map[string]func(), len(next))
	for name, events := range next {
		stream := plain(t, caller).Stream(home)
		var told []byte
		step := func(data []byte) {
			var err error
			if told, err = stream.Step(told[:0], sse.Event{Data: data}); err != nil {
				t.Fatal(err)
			}
		}
		last := len(events) - 1
		for _, data := range events[:last] {
			step([]byte(data))
		}
		again := []byte(events[last])
		steps[name] = func() { step(again) }
	}
	return steps
}

func plain(t testing.TB, caller engine.API) *translate.Translation {
	t.Helper()
	tr, err := translate.Request(parse(t, caller, `{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"}]}`), translate.Target{})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// An event takes no memory that stays, however many came before.
func TestEventsTakeNoMemory(t *testing.T) {
	for caller := range streams {
		for name, step := range under(t, caller) {
			for range 10_000 {
				step()
			}
			if n := testing.AllocsPerRun(1_000, step); n > 1 {
				t.Errorf("to %s, %s: %v allocations per event", caller, name, n)
			}
		}
	}
}

func BenchmarkEvent(b *testing.B) {
	for caller := range streams {
		for name, step := range under(b, caller) {
			b.Run("to-"+string(caller)+"-"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					step()
				}
			})
		}
	}
}

// BenchmarkRequest translates 200 KB of conversation, with tools and their results.
func BenchmarkRequest(b *testing.B) {
	text := strings.Repeat(`some text, and a \"quote\"\n`, 36)
	for caller, rounds := range map[engine.API]string{
		engine.Anthropic: `{"role":"user","content":[{"type":"text","text":"` + text + `"}]},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_N","name":"look","input":{"at":"` + text + `"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_N","content":"` + text + `"}]},{"role":"assistant","content":"` + text + `"},`,
		engine.OpenAI:    `{"role":"user","content":"` + text + `"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_N","type":"function","function":{"name":"look","arguments":"{\"at\":\"some text, and a quote\"}"}}]},{"role":"tool","tool_call_id":"call_N","content":"` + text + text + `"},{"role":"assistant","content":"` + text + `"},`,
	} {
		tools := `"tools":[{"name":"look","input_schema":{"type":"object","properties":{"at":{"type":"string"}}}}]`
		if caller == engine.OpenAI {
			tools = `"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"at":{"type":"string"}}}}}]`
		}
		body := `{"model":"m","max_tokens":1024,` + tools + `,"messages":[` + strings.Repeat(rounds, 200<<10/len(rounds)) + `{"role":"user","content":"` + text + `"}]}`
		b.Run("from-"+string(caller)+"-200KB", func(b *testing.B) {
			call := parse(b, caller, body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := translate.Request(call, translate.Target{Server: model.FindServer("", "")}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
