package translate

import "github.com/tidwall/gjson"

// What a message or a delta of a chat completion says beside its tool calls.
const (
	thought = "thinking"
	spoken  = "text"
	refusal = "refusal"
)

// said yields what a message or a delta says, in the order of Anthropic's blocks. Texts are strings, and none is empty.
func said(m gjson.Result, yield func(kind string, text gjson.Result)) {
	some := func(kind string, text gjson.Result) bool {
		if text.Type != gjson.String || text.Str == "" {
			return false
		}
		yield(kind, text)
		return true
	}
	// Servers have several names for it: DeepSeek, xAI and older vLLM the first, Ollama and newer vLLM the second, and
	// OpenRouter the last two at once.
	if !some(thought, m.Get("reasoning_content")) && !some(thought, m.Get("reasoning")) {
		m.Get("reasoning_details").ForEach(func(_, detail gjson.Result) bool {
			_ = some(thought, detail.Get("text")) || some(thought, detail.Get("summary"))
			return true
		})
	}
	content := m.Get("content")
	if !some(spoken, content) && content.IsArray() { // Mistral's
		content.ForEach(func(_, part gjson.Result) bool {
			part.Get("thinking").ForEach(func(_, inner gjson.Result) bool { some(thought, inner.Get("text")); return true })
			some(spoken, part.Get("text"))
			return true
		})
	}
	some(refusal, m.Get("refusal"))
}

// argumentsOf are those of a tool call. Some servers give an object instead of its text.
func argumentsOf(call gjson.Result) string {
	arguments := call.Get("function.arguments")
	if arguments.IsObject() {
		return arguments.Raw
	}
	return arguments.Str
}
