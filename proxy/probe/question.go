package probe

import (
	"encoding/json"

	"spillway/engine"
	"spillway/proxy/config"
	"spillway/proxy/model"
)

// room is how long the answer may be: enough for a tool call after a little thinking.
const room = 300

// toolUse is what a question says of tools.
type toolUse int

const (
	toolless toolUse = iota
	offered          // here is one, please call it
	forced           // it has to be called, where the model can be made to
)

// question is the smallest real request of a model: a stream, and perhaps a tool call.
func question(t *config.Target, name string, how toolUse) (path string, body []byte) {
	ask := "Say ok."
	if how != toolless {
		ask = "Call the tool named ok."
	}
	request := map[string]any{
		"model": name, "stream": true, "messages": []any{map[string]any{"role": "user", "content": ask}},
	}
	field := t.Server.MaxTokensField
	if t.Dialect == engine.Anthropic {
		path, field = "/v1/messages", "max_tokens"
	} else {
		path = "/v1/chat/completions"
	}
	request[field] = room
	if how != toolless {
		offer(t.Dialect, request)
		if how == forced && !model.Find(name).FreeTools && !t.Server.NoToolChoice {
			force(t.Dialect, request)
		}
	}
	body, _ = json.Marshal(request) // strings, numbers and maps of them always can be
	return path, body
}

const toolName, toolPurpose = "ok", "Call this to say that all is well."

func offer(api engine.API, request map[string]any) {
	schema := map[string]any{"type": "object", "properties": map[string]any{}}
	tool := map[string]any{"name": toolName, "description": toolPurpose, "input_schema": schema}
	if api == engine.OpenAI {
		tool = map[string]any{"type": "function", "function": map[string]any{"name": toolName, "description": toolPurpose, "parameters": schema}}
	}
	request["tools"] = []any{tool}
}

func force(api engine.API, request map[string]any) {
	request["tool_choice"] = map[string]any{"type": "tool", "name": toolName}
	if api == engine.OpenAI {
		request["tool_choice"] = map[string]any{"type": "function", "function": map[string]any{"name": toolName}}
	}
}
