package translate

import (
	"strings"

	"github.com/tidwall/gjson"
)

// wholeChat tells a message as a chat completion.
func (t *Translation) wholeChat(doc gjson.Result, home Home) ([]byte, error) {
	if !doc.Get("content").IsArray() {
		return nil, errNoAnswer
	}
	stop := doc.Get("stop_reason").Str
	parts := partsOf(doc.Get("content"), cutMessage(stop))
	w := &writer{b: make([]byte, 0, len(doc.Raw)+512)}
	w.open('{')
	w.key("id").text(home.chatID(doc.Get("id")))
	w.key("object").word("chat.completion")
	w.number("created", home.Created)
	w.key("model").text(orElse(doc.Get("model"), home.Model))
	w.key("choices").open('[')
	w.open('{')
	w.number("index", 0)
	w.key("message").open('{')
	w.key("role").word("assistant")
	w.textOrNull("content", parts.text.String())
	w.textOrNull("refusal", doc.Get("stop_details.explanation").String())
	if parts.thought.Len() > 0 {
		w.key("reasoning_content").text(parts.thought.String())
	}
	t.answerCalls(w, parts.calls, home)
	w.end('}')
	w.key("finish_reason").word(finishReason(stop, len(parts.calls) > 0))
	w.key("logprobs").raw("null")
	w.end('}')
	w.end(']')
	var u usage
	u.readMessage(doc.Get("usage"))
	w.key("usage")
	u.chat(w)
	w.end('}')
	return w.b, nil
}

// messageParts are a message's blocks by what a chat completion has for them.
type messageParts struct {
	text, thought strings.Builder
	calls         []gjson.Result
}

// partsOf sorts blocks. The last call of a message that was cut off stays away if it has no arguments: they did not come.
func partsOf(content gjson.Result, cut bool) (p messageParts) {
	blocks := content.Array()
	for i, block := range blocks {
		switch block.Get("type").Str {
		case "text":
			p.text.WriteString(block.Get("text").String())
		case "thinking":
			p.thought.WriteString(block.Get("thinking").String())
		case "tool_use":
			if input := block.Get("input"); !cut || i < len(blocks)-1 || len(input.Map()) > 0 {
				p.calls = append(p.calls, block)
			}
		}
	}
	return p
}

func (t *Translation) answerCalls(w *writer, calls []gjson.Result, home Home) {
	if len(calls) == 0 {
		return
	}
	w.key("tool_calls").open('[')
	for i, call := range calls {
		w.open('{')
		w.key("id").text(home.toolID(call.Get("id").String(), i+1))
		w.key("type").word("function")
		w.key("function").open('{')
		w.key("name").text(t.ownName(call.Get("name").String()))
		arguments := call.Get("input").Raw
		if arguments == "" {
			arguments = "{}"
		}
		w.key("arguments").text(arguments)
		w.end('}')
		w.end('}')
	}
	w.end(']')
}

func (w *writer) textOrNull(name, text string) {
	if text == "" {
		w.key(name).raw("null")
		return
	}
	w.key(name).text(text)
}
