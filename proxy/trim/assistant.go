package trim

import (
	"slices"

	"spillway/proxy/grammar"
	"spillway/proxy/rawjson"
)

// assistant yields the parts of an assistant's message, of which nothing but thinking may go.
func (f *form) assistant(p grammar.Part, yield func(part) bool) {
	switch {
	case f.chat:
		f.chatAssistant(p, yield)
	case !grammar.IsList(p.Content):
		yield(f.said(p.Content))
	default:
		f.blocks(p.Content, yield)
	}
}

func (f *form) blocks(content []byte, yield func(part) bool) {
	lone := onlyThinks(content)
	for b := range grammar.Parts(content) {
		block := f.said(b.Raw)
		switch {
		case b.Odd:
		case isThinking(b), lone:
			block.kind, block.saved = thought, block.tokens
		case string(b.Type) == "tool_use":
			f.called(b.ID, b.Name)
		case string(b.Type) == "compaction":
			f.compacted = true
			f.bound = f.bound || b.Signed
		}
		if !yield(block) {
			return
		}
	}
}

// onlyThinks says whether beside thinking there is nothing but white space, which the target takes with thinking alone.
func onlyThinks(content []byte) bool {
	thinks := false
	for b := range grammar.Parts(content) {
		switch {
		case isThinking(b):
			thinks = true
		case string(b.Type) != "text" || !grammar.IsString(b.Text) || !grammar.IsBlank(b.Text):
			return false
		}
	}
	return thinks
}

func isThinking(b grammar.Part) bool {
	return string(b.Type) == "thinking" || string(b.Type) == "redacted_thinking"
}

// chatAssistant: the reasoning of an answer may go, but a call's stays with it, as some servers ask (DeepSeek docs, thinking
// with tool calls).
func (f *form) chatAssistant(p grammar.Part, yield func(part) bool) {
	for call := range grammar.Parts(p.ToolCalls) {
		f.called(call.ID, calledName(call.Raw))
	}
	if p.Reasoning != nil {
		r := f.said(p.Reasoning)
		if r.tokens > 0 && p.ToolCalls == nil && p.FunctionCall == nil {
			r.kind, r.saved = thought, r.tokens
		}
		if !yield(r) {
			return
		}
	}
	if p.ToolCalls != nil && !yield(f.said(p.ToolCalls)) {
		return
	}
	f.content(p.Content, false, yield)
}

// calledName is the name of a chat's call, which stands in a member that its type names.
func calledName(call []byte) []byte {
	for key, value := range rawjson.Members(call) {
		if string(key) == "function" || string(key) == "custom" {
			return grammar.Read(value).Name
		}
	}
	return nil
}

// called notes whether a call's result stays. A chat may use an id again for another tool.
func (f *form) called(id, name []byte) {
	switch {
	case f.isExcepted(name):
		if f.spared == nil {
			f.spared = make(map[string]struct{})
		}
		f.spared[string(id)] = struct{}{}
	case len(f.spared) > 0:
		delete(f.spared, string(id))
	}
}

func (f *form) isExcepted(name []byte) bool {
	return len(f.except) > 0 && slices.Contains(f.except, string(name))
}

// isSpared says whether the result of a call stays.
func (f *form) isSpared(id []byte) bool {
	_, spared := f.spared[string(id)]
	return spared
}
