package translate

import (
	"cmp"
	"slices"
)

// chatMessages writes a conversation with its system prompt as a chat's messages.
func (t *Translation) chatMessages(system, messages value) {
	w := &t.w
	w.key("messages").open('[')
	t.chatSystem(system)
	last := ""
	for m := range messages.elements() {
		switch last = m.get("role").text(); last {
		case "user":
			t.chatUser(m.get("content"))
		case "assistant":
			t.chatAssistant(m.get("content"))
		case "system":
			t.chatSystem(m.get("content"))
		default:
			t.refusef("there is no role %q", last)
		}
		if t.err != nil {
			return
		}
	}
	if last == "assistant" {
		t.refusef("it ends with the beginning of an answer, which a chat completion does not continue")
	}
	w.end(']')
}

// chatText writes a message of texts.
func (t *Translation) chatText(role string, texts ...value) {
	w := &t.w
	w.open('{')
	w.key("role").word(role)
	w.key("content").joined("", newline, texts...)
	w.end('}')
}

// chatSystem writes a system prompt, if there is any. Its blocks are joined: not every server reads them apart.
func (t *Translation) chatSystem(content value) {
	if content.isText() {
		if len(content.inside()) > 0 {
			t.chatText("system", content)
		}
		return
	}
	var texts []value
	for block := range content.elements() {
		if kind := block.get("type").text(); kind != "text" {
			t.refusef("a system prompt with a block of type %s has no equivalent", kind)
			return
		}
		t.dropIf(block, "cache_control")
		if text := block.get("text"); text.isText() {
			texts = append(texts, text)
		}
	}
	if len(texts) > 0 {
		t.chatText("system", texts...)
	}
}

// chatUser writes a user's message: first a tool message for each result, then the rest, and then the images of results,
// for tool messages hold text alone.
func (t *Translation) chatUser(content value) {
	if content.isText() {
		t.chatText("user", content)
		return
	}
	var parts, images []value
	for block := range content.elements() {
		if block.get("type").text() == "tool_result" {
			images = append(images, t.chatResult(block)...)
		} else {
			parts = append(parts, block)
		}
	}
	parts = append(images, parts...)
	if len(parts) == 0 || t.err != nil {
		return
	}
	if only := parts[0]; len(parts) == 1 && only.get("type").text() == "text" {
		t.dropIf(only, "cache_control", "citations")
		t.chatText("user", only.get("text"))
		return
	}
	w := &t.w
	w.open('{')
	w.key("role").word("user")
	w.key("content").open('[')
	for _, part := range parts {
		t.chatPart(part)
	}
	w.end(']')
	w.end('}')
}

// chatResult writes a tool's result, and returns its images.
func (t *Translation) chatResult(result value) (images []value) {
	t.dropIf(result, "cache_control")
	var texts []value
	content := result.get("content")
	if content.isText() {
		texts = append(texts, content)
	}
	for block := range content.elements() {
		switch kind := block.get("type").text(); kind {
		case "text":
			texts = append(texts, block.get("text"))
		case "image", "document":
			images = append(images, block)
			texts = append(texts, quoted("["+kind+": see the user's message below]"))
		case "":
		default:
			t.refusef("a tool result with a block of type %s has no equivalent", kind)
		}
	}
	w := &t.w
	w.open('{')
	w.key("role").word("tool")
	w.key("tool_call_id").text(callID(result.get("tool_use_id").plain()))
	intro := ""
	if string(result.get("is_error")) == "true" {
		intro = "Error: "
	}
	w.key("content").joined(intro, newline, texts...)
	w.end('}')
	return images
}

// chatAssistant writes an assistant's message. What it thought stays behind, for shown as text it would become an example of how
// to answer; but a model that wants its own thoughts back gets those that no other model has signed.
func (t *Translation) chatAssistant(content value) {
	if content.isText() {
		t.chatText("assistant", content)
		return
	}
	var texts, thoughts, calls []value
	for block := range content.elements() {
		switch kind := block.get("type").text(); kind {
		case "text":
			t.dropIf(block, "cache_control", "citations")
			texts = append(texts, block.get("text"))
		case "thinking", "redacted_thinking":
			if t.to.Server.ReasoningBack && kind == "thinking" && block.get("signature").text() == "" {
				thoughts = append(thoughts, block.get("thinking"))
			} else {
				t.Drop("thinking")
			}
		case "tool_use":
			t.dropIf(block, "cache_control")
			calls = append(calls, block)
		default:
			t.refusef("an answer with a block of type %s has no equivalent", kind)
		}
	}
	if !anySaid(texts) && len(calls) == 0 {
		return
	}
	w := &t.w
	w.open('{')
	w.key("role").word("assistant")
	if anySaid(texts) {
		w.key("content").joined("", "", texts...)
	} else {
		w.key("content").raw("null")
	}
	if len(calls) > 0 {
		if t.to.Server.ReasoningBack {
			w.key("reasoning_content").joined("", "", thoughts...)
		}
		t.chatCalls(calls)
	} else if anySaid(thoughts) {
		t.Drop("thinking")
	}
	w.end('}')
}

func anySaid(texts []value) bool {
	return slices.ContainsFunc(texts, func(text value) bool { return len(text.inside()) > 0 })
}

func (t *Translation) chatCalls(calls []value) {
	w := &t.w
	w.key("tool_calls").open('[')
	for _, call := range calls {
		w.open('{')
		w.key("id").text(callID(call.get("id").plain()))
		w.key("type").word("function")
		w.key("function").open('{')
		w.key("name").text(t.toolName(call.get("name").text()))
		w.key("arguments").text(cmp.Or(string(call.get("input")), "{}"))
		w.end('}')
		w.end('}')
	}
	w.end(']')
}
