package translate

import (
	"cmp"
	"strings"

	"github.com/tidwall/gjson"
)

// chatMessages writes a conversation with its system prompt as a chat's messages.
func (t *Translation) chatMessages(system, messages gjson.Result) {
	w := &t.w
	w.key("messages").open('[')
	t.chatSystem(system)
	last := ""
	messages.ForEach(func(_, m gjson.Result) bool {
		switch last = m.Get("role").Str; last {
		case "user":
			t.chatUser(m.Get("content"))
		case "assistant":
			t.chatAssistant(m.Get("content"))
		case "system":
			t.chatSystem(m.Get("content"))
		default:
			t.refusef("there is no role %q", last)
		}
		return t.err == nil
	})
	if last == "assistant" {
		t.refusef("it ends with the beginning of an answer, which a chat completion does not continue")
	}
	w.end(']')
}

// chatText writes a message of texts.
func (t *Translation) chatText(role string, texts ...gjson.Result) {
	w := &t.w
	w.open('{')
	w.key("role").word(role)
	w.key("content").lines(texts)
	w.end('}')
}

// chatSystem writes a system prompt, if there is any. Its blocks are joined: not every server reads them apart.
func (t *Translation) chatSystem(content gjson.Result) {
	if content.Type == gjson.String {
		if content.Str != "" {
			t.chatText("system", content)
		}
		return
	}
	var texts []gjson.Result
	content.ForEach(func(_, block gjson.Result) bool {
		if block.Get("type").Str != "text" {
			t.refusef("a system prompt with a block of type %s has no equivalent", block.Get("type").Str)
			return false
		}
		t.dropIf(block, "cache_control")
		if text := block.Get("text"); text.Type == gjson.String {
			texts = append(texts, text)
		}
		return true
	})
	if len(texts) > 0 {
		t.chatText("system", texts...)
	}
}

// chatUser writes a user's message: first a tool message for each result, then the rest, and then the images of results,
// for tool messages hold text alone.
func (t *Translation) chatUser(content gjson.Result) {
	if content.Type == gjson.String {
		t.chatText("user", content)
		return
	}
	var parts, images []gjson.Result
	content.ForEach(func(_, block gjson.Result) bool {
		if block.Get("type").Str == "tool_result" {
			images = append(images, t.chatResult(block)...)
		} else {
			parts = append(parts, block)
		}
		return t.err == nil
	})
	parts = append(images, parts...)
	if len(parts) == 0 || t.err != nil {
		return
	}
	w := &t.w
	w.open('{')
	w.key("role").word("user")
	if only := parts[0]; len(parts) == 1 && only.Get("type").Str == "text" {
		t.dropIf(only, "cache_control", "citations")
		w.key("content").lines([]gjson.Result{only.Get("text")})
	} else {
		w.key("content").open('[')
		for _, part := range parts {
			t.chatPart(part)
		}
		w.end(']')
	}
	w.end('}')
}

// chatResult writes a tool's result, and returns its images.
func (t *Translation) chatResult(result gjson.Result) (images []gjson.Result) {
	t.dropIf(result, "cache_control")
	var texts []gjson.Result
	content := result.Get("content")
	if content.Type == gjson.String {
		texts = append(texts, content)
	}
	content.ForEach(func(_, block gjson.Result) bool {
		switch kind := block.Get("type").Str; kind {
		case "text":
			texts = append(texts, block.Get("text"))
		case "image", "document":
			images = append(images, block)
			texts = append(texts, gjson.Parse(`"[`+kind+`: see the user's message below]"`))
		case "":
		default:
			t.refusef("a tool result with a block of type %s has no equivalent", kind)
		}
		return t.err == nil
	})
	w := &t.w
	w.open('{')
	w.key("role").word("tool")
	w.key("tool_call_id").text(callID(result.Get("tool_use_id").String()))
	w.key("content")
	if result.Get("is_error").Bool() {
		w.text("Error: " + joined(texts))
	} else {
		w.lines(texts)
	}
	w.end('}')
	return images
}

// chatAssistant writes an assistant's message. What it thought stays behind, for shown as text it would become an example of how
// to answer; but a model that wants its own thoughts back gets those that no other model has signed.
func (t *Translation) chatAssistant(content gjson.Result) {
	if content.Type == gjson.String {
		t.chatText("assistant", content)
		return
	}
	var text, thought strings.Builder
	var calls []gjson.Result
	content.ForEach(func(_, block gjson.Result) bool {
		switch kind := block.Get("type").Str; kind {
		case "text":
			t.dropIf(block, "cache_control", "citations")
			text.WriteString(block.Get("text").String())
		case "thinking", "redacted_thinking":
			if t.to.Server.ReasoningBack && kind == "thinking" && block.Get("signature").Str == "" {
				thought.WriteString(block.Get("thinking").String())
			} else {
				t.Drop("thinking")
			}
		case "tool_use":
			t.dropIf(block, "cache_control")
			calls = append(calls, block)
		default:
			t.refusef("an answer with a block of type %s has no equivalent", kind)
		}
		return t.err == nil
	})
	if text.Len() == 0 && len(calls) == 0 {
		return
	}
	w := &t.w
	w.open('{')
	w.key("role").word("assistant")
	if text.Len() > 0 {
		w.key("content").text(text.String())
	} else {
		w.key("content").raw("null")
	}
	if len(calls) > 0 {
		if t.to.Server.ReasoningBack {
			w.key("reasoning_content").text(thought.String())
		}
		t.chatCalls(calls)
	} else if thought.Len() > 0 {
		t.Drop("thinking")
	}
	w.end('}')
}

func (t *Translation) chatCalls(calls []gjson.Result) {
	w := &t.w
	w.key("tool_calls").open('[')
	for _, call := range calls {
		w.open('{')
		w.key("id").text(callID(call.Get("id").String()))
		w.key("type").word("function")
		w.key("function").open('{')
		w.key("name").text(t.toolName(call.Get("name").Str))
		w.key("arguments").text(cmp.Or(call.Get("input").Raw, "{}"))
		w.end('}')
		w.end('}')
	}
	w.end(']')
}
