package dialect

import (
	"encoding/json"
	"strings"
	"testing"

	"spillway/engine"
)

// conversation is a body of about size bytes as coding agents send it: long strings of source code and prose.
func conversation(size int) []byte {
	const text = "I'll look at the \"handler\" first.\n\n```go\nfunc (h *Handler) Serve(w http.ResponseWriter, r *http.Request) {\n\tif err := h.check(r); err != nil {\n\t\thttp.Error(w, \"bad request\", 400)\n\t\treturn\n\t}\n\th.next.Serve(w, r)\n}\n```\nThat looks right: the error is returned before the request goes on, and the handler does not write twice.\n"
	type block map[string]any
	schema := map[string]any{"type": "object", "properties": map[string]any{"path": map[string]any{"type": "string", "description": "The absolute path of the file to read"}}, "required": []string{"path"}}
	messages := []block{{"role": "user", "content": "Please fix the handler."}}
	for used := 700; used < size; used += 4700 {
		messages = append(messages,
			block{"role": "assistant", "content": []block{{"type": "text", "text": text}, {"type": "tool_use", "id": "toolu_01", "name": "read_file", "input": block{"path": "/src/handler.go"}}}},
			block{"role": "user", "content": []block{{"type": "tool_result", "tool_use_id": "toolu_01", "content": []block{{"type": "text", "text": strings.Repeat(text, 9)}}}}})
	}
	body, err := json.Marshal(block{
		"model": "claude-opus-5-5", "max_tokens": 4096, "stream": true, "system": "You are a careful engineer.",
		"tools": []block{{"name": "read_file", "description": "Read a file", "input_schema": schema}}, "messages": messages,
		"metadata": block{"user_id": "user_1"},
	})
	if err != nil {
		panic(err)
	}
	return body
}

func BenchmarkParse(b *testing.B) {
	for name, size := range map[string]int{"1KB": 1 << 10, "200KB": 200 << 10} {
		body := conversation(size)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, problem := Parse(engine.Anthropic, Messages, body); problem != nil {
					b.Fatal(problem)
				}
			}
		})
	}
}
