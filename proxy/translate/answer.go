package translate

import (
	"errors"
	"strings"

	"github.com/tidwall/gjson"

	"spillway/engine"
)

// Home says what an answer has to be told beside its own words.
type Home struct {
	// ID names the answer where the target does not, and Created is when it came, in seconds since 1970.
	ID      string
	Created int64
}

// Whole tells a target's whole answer in the caller's dialect. An error means that it is no answer that could be told.
func (t *Translation) Whole(body []byte, home Home) ([]byte, error) {
	doc := parse(body)
	if t.from.API == engine.Anthropic {
		return t.wholeMessage(doc, home)
	}
	return t.wholeChat(doc, home)
}

var errNoAnswer = errors.New("translate: the answer has no choice with a message")

// wholeMessage tells a chat completion as a message.
func (t *Translation) wholeMessage(doc gjson.Result, home Home) ([]byte, error) {
	choice := doc.Get("choices.0")
	m := choice.Get("message")
	if !m.IsObject() {
		return nil, errNoAnswer
	}
	w := &writer{b: make([]byte, 0, len(doc.Raw)+512)}
	w.open('{')
	w.key("id").text(messageID(doc.Get("id").String(), home))
	w.key("type").word("message")
	w.key("role").word("assistant")
	w.key("model").text(doc.Get("model").String())
	w.key("content").open('[')
	if thought := reasoning(m); thought.String() != "" {
		w.open('{')
		w.key("type").word("thinking")
		w.key("thinking").raw([]byte(thought.Raw))
		w.key("signature").text("")
		w.end('}')
	}
	for _, name := range [...]string{"content", "refusal"} {
		if text := m.Get(name); text.Type == gjson.String && text.Str != "" {
			w.open('{')
			w.key("type").word("text")
			w.key("text").raw([]byte(text.Raw))
			w.end('}')
		}
	}
	calls := m.Get("tool_calls").Array()
	for i, call := range calls {
		if err := t.wholeCall(w, call, i, home, choice.Get("finish_reason").Str); err != nil {
			return nil, err
		}
	}
	w.end(']')
	w.key("stop_reason").word(stopReason(choice.Get("finish_reason").Str, len(calls) > 0))
	w.key("stop_sequence").raw([]byte("null"))
	var u usage
	u.readChat(doc.Get("usage"))
	w.key("usage")
	u.message(w)
	w.end('}')
	return w.b, nil
}

// wholeCall tells a tool call. One whose arguments were cut off by the limit of tokens stays away: a call with others, or with
// none, would do something else than was meant, and the stop_reason says what happened.
func (t *Translation) wholeCall(w *writer, call gjson.Result, index int, home Home, finish string) error {
	arguments := strings.TrimSpace(call.Get("function.arguments").String())
	if arguments == "" {
		arguments = "{}"
	}
	if !gjson.Valid(arguments) || arguments[0] != '{' {
		if finish == "length" {
			return nil
		}
		return errors.New("translate: the arguments of a tool call are no JSON object")
	}
	w.open('{')
	w.key("type").word("tool_use")
	w.key("id").text(callID(call.Get("id").String(), home, index))
	w.key("name").text(t.ownName(call.Get("function.name").String()))
	w.key("input").raw([]byte(arguments))
	w.end('}')
	return nil
}

// wholeChat tells a message as a chat completion.
func (t *Translation) wholeChat(doc gjson.Result, home Home) ([]byte, error) {
	if !doc.Get("content").IsArray() {
		return nil, errNoAnswer
	}
	w := &writer{b: make([]byte, 0, len(doc.Raw)+512)}
	w.open('{')
	w.key("id").text(chatID(doc.Get("id").String(), home))
	w.key("object").word("chat.completion")
	w.number("created", home.Created)
	w.key("model").text(doc.Get("model").String())
	w.key("choices").open('[')
	w.open('{')
	w.number("index", 0)
	t.chatMessage(w.key("message"), doc.Get("content"))
	w.key("finish_reason").word(finishReason(doc.Get("stop_reason").Str))
	w.key("logprobs").raw([]byte("null"))
	w.end('}')
	w.end(']')
	var u usage
	u.readMessage(doc.Get("usage"))
	w.key("usage")
	u.chat(w)
	w.end('}')
	return w.b, nil
}

// chatMessage tells a message's blocks as the message of a choice.
func (t *Translation) chatMessage(w *writer, content gjson.Result) {
	var text, thought strings.Builder
	var calls []gjson.Result
	content.ForEach(func(_, block gjson.Result) bool {
		switch block.Get("type").Str {
		case "text":
			text.WriteString(block.Get("text").String())
		case "thinking":
			thought.WriteString(block.Get("thinking").String())
		case "tool_use":
			calls = append(calls, block)
		}
		return true
	})
	w.open('{')
	w.key("role").word("assistant")
	if text.Len() > 0 {
		w.key("content").text(text.String())
	} else {
		w.key("content").raw([]byte("null"))
	}
	w.key("refusal").raw([]byte("null"))
	if thought.Len() > 0 {
		w.key("reasoning_content").text(thought.String())
	}
	if len(calls) > 0 {
		w.key("tool_calls").open('[')
		for _, call := range calls {
			t.chatCall(w, call)
		}
		w.end(']')
	}
	w.end('}')
}

func (t *Translation) chatCall(w *writer, call gjson.Result) {
	w.open('{')
	w.key("id").raw([]byte(call.Get("id").Raw))
	w.key("type").word("function")
	w.key("function").open('{')
	w.key("name").text(t.ownName(call.Get("name").Str))
	w.key("arguments").text(call.Get("input").Raw)
	w.end('}')
	w.end('}')
}

// reasoning is what a model thought, under the names that servers give it (DeepSeek, xAI, vLLM; newer vLLM, Ollama, OpenRouter).
func reasoning(m gjson.Result) gjson.Result {
	if r := m.Get("reasoning_content"); r.Type == gjson.String {
		return r
	}
	if r := m.Get("reasoning"); r.Type == gjson.String {
		return r
	}
	return gjson.Result{}
}

// messageID is an answer's id as Anthropic's look.
func messageID(id string, home Home) string {
	if id == "" {
		id = home.ID
	}
	return "msg_" + fitWord(strings.TrimPrefix(id, "chatcmpl-"))
}

// chatID is an answer's id as OpenAI's look.
func chatID(id string, home Home) string {
	if id == "" {
		id = home.ID
	}
	return "chatcmpl-" + strings.TrimPrefix(id, "msg_")
}

// callID is a tool call's id; some servers give none.
func callID(id string, home Home, index int) string {
	if id == "" {
		id = "call_" + home.ID + "_" + string(rune('a'+index%26))
	}
	return toolID(id)
}
