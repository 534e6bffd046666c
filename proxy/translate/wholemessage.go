package translate

import (
	"strings"

	"github.com/tidwall/gjson"
)

// wholeMessage tells a chat completion as a message.
func (t *Translation) wholeMessage(doc gjson.Result, home Home) ([]byte, error) {
	choice := doc.Get("choices.0")
	if !choice.Get("message").IsObject() {
		return nil, errNoAnswer
	}
	m, finish := readMessage(choice.Get("message")), choice.Get("finish_reason").Str
	w := &writer{b: make([]byte, 0, len(doc.Raw)+512)}
	w.open('{')
	w.key("id").text(home.messageID(doc.Get("id")))
	w.key("type").word("message")
	w.key("role").word("assistant")
	w.key("model").text(orElse(doc.Get("model"), home.Model))
	w.key("content").open('[')
	refused := wholeTexts(w, &m)
	calls := m.toolCalls.Array()
	for i, call := range calls {
		if err := t.wholeCall(w, readCall(call), wayOf{home, i + 1, cut(finish) && i == len(calls)-1}); err != nil {
			return nil, err
		}
	}
	w.end(']')
	stop := stopReason(finish, len(calls) > 0, refused)
	w.key("stop_reason").word(stop)
	w.key("stop_sequence").raw("null")
	w.stopDetails(stop)
	var u usage
	u.readChat(doc.Get("usage"))
	w.key("usage")
	u.message(w)
	w.end('}')
	return w.b, nil
}

// wholeTexts writes a block for what was thought and one for what was said, and says whether that is a refusal.
func wholeTexts(w *writer, m *message) (refused bool) {
	var thoughts, texts strings.Builder
	m.said(func(kind string, text gjson.Result) {
		switch kind {
		case thought:
			thoughts.WriteString(text.Str)
		case refusal:
			refused = true
			fallthrough
		default:
			texts.WriteString(text.Str)
		}
	})
	if thoughts.Len() > 0 {
		w.open('{')
		w.key("type").word("thinking")
		w.key("thinking").text(thoughts.String())
		w.key("signature").text("")
		w.end('}')
	}
	if texts.Len() > 0 {
		w.open('{')
		w.key("type").word("text")
		w.key("text").text(texts.String())
		w.end('}')
	}
	return refused
}

// wayOf is what a call has to be told with: which one it is, and whether the answer may have been cut off inside it.
type wayOf struct {
	home Home
	nth  int
	cut  bool
}

// wholeCall tells a tool call. One that was cut off stays away: with other arguments, or none, it would do something else than was
// meant, and the stop_reason says what happened.
func (t *Translation) wholeCall(w *writer, call toolCall, way wayOf) error {
	arguments := strings.TrimSpace(call.input())
	name := call.name.String()
	whole := gjson.Valid(arguments) && arguments[0] == '{'
	switch {
	case way.cut && (!whole || name == ""):
		return nil
	case name == "", !whole && arguments != "":
		return errArguments
	case !whole:
		arguments = "{}"
	}
	w.open('{')
	w.key("type").word("tool_use")
	w.key("id").text(way.home.toolID(call.id.String(), way.nth))
	w.key("name").text(t.ownName(name))
	w.key("input").raw(arguments)
	w.end('}')
	return nil
}

// stopDetails tells a refusal as Anthropic does. No category is known.
func (w *writer) stopDetails(stop string) {
	if stop == "refusal" {
		w.key("stop_details").raw(`{"type":"refusal","category":null,"explanation":null}`)
	}
}
