package translate

import "github.com/tidwall/gjson"

// message is a choice's message or a delta of one: the members that say something, read in one pass.
type message struct {
	content, refusal, toolCalls gjson.Result

	// What it thought, by the names that servers give it: DeepSeek, xAI and older vLLM the first, Ollama and newer vLLM the second,
	// and OpenRouter the last two at once.
	reasoningContent, reasoning, reasoningDetails gjson.Result
}

func readMessage(doc gjson.Result) (m message) {
	doc.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "content":
			m.content = value
		case "refusal":
			m.refusal = value
		case "tool_calls":
			m.toolCalls = value
		case "reasoning_content":
			m.reasoningContent = value
		case "reasoning":
			m.reasoning = value
		case "reasoning_details":
			m.reasoningDetails = value
		}
		return true
	})
	return m
}

// What a message says beside its tool calls.
const (
	thought = "thinking"
	spoken  = "text"
	refusal = "refusal"
)

// said yields what a message says, in the order of Anthropic's blocks. Texts are strings, and none is empty.
func (m *message) said(yield func(kind string, text gjson.Result)) {
	some := func(kind string, text gjson.Result) bool {
		if text.Type != gjson.String || text.Str == "" {
			return false
		}
		yield(kind, text)
		return true
	}
	if !some(thought, m.reasoningContent) && !some(thought, m.reasoning) {
		m.reasoningDetails.ForEach(func(_, detail gjson.Result) bool {
			_ = some(thought, detail.Get("text")) || some(thought, detail.Get("summary"))
			return true
		})
	}
	if !some(spoken, m.content) && m.content.IsArray() { // Mistral's
		m.content.ForEach(func(_, part gjson.Result) bool {
			part.Get("thinking").ForEach(func(_, inner gjson.Result) bool { some(thought, inner.Get("text")); return true })
			some(spoken, part.Get("text"))
			return true
		})
	}
	some(refusal, m.refusal)
}

// toolCall is a call of a function, or a piece of one.
type toolCall struct{ index, id, name, arguments gjson.Result }

func readCall(doc gjson.Result) (c toolCall) {
	doc.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "index":
			c.index = value
		case "id":
			c.id = value
		case "function":
			value.ForEach(func(key, value gjson.Result) bool {
				switch key.Str {
				case "name":
					c.name = value
				case "arguments":
					c.arguments = value
				}
				return true
			})
		}
		return true
	})
	return c
}

// input is the text of a call's arguments. Some servers give an object instead of it.
func (c *toolCall) input() string {
	if c.arguments.IsObject() {
		return c.arguments.Raw
	}
	return c.arguments.Str
}
