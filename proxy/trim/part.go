package trim

import (
	"iter"

	"spillway/proxy/grammar"
	"spillway/proxy/rawjson"
)

type kind uint8

// What messages consist of. Only said stays in any case.
const (
	said kind = iota
	thought
	result
	image
)

// part is a piece of a message as it stands in the body.
type part struct {
	kind   kind
	raw    []byte
	with   []byte // what would take its place; nil when nothing would
	tokens int    // what it costs
	saved  int    // what would be saved
	inside bool   // of a result that may go as a whole
	answer bool   // is a tool's result, whether it may go or not
}

// form is how messages are made in a dialect, and which of their parts may go.
type form struct {
	chat        bool
	tokens      func(raw []byte) int
	placeholder placeholder
	except      []string
	spared      map[string]struct{} // ids of calls whose results stay
	bound       bool                // what only the server can read that made it is in some message
	compacted   bool                // some message has the summary of what came before
}

// parts yields all of a message that costs tokens. It must be asked for the messages in their order.
func (f *form) parts(p grammar.Part) iter.Seq[part] {
	return func(yield func(part) bool) {
		role := string(p.Role)
		switch {
		case p.Odd:
			yield(f.said(p.Raw))
		case f.chat && (role == "tool" || role == "function"):
			f.result(p.Content, f.isSpared(p.ToolCallID) || role == "function" && f.isExcepted(p.Name), yield)
		case role == "assistant":
			f.assistant(p, yield)
		default:
			f.content(p.Content, role == "user", yield)
		}
	}
}

// content yields the parts of a user's message, and of a system message, in which nothing may go.
func (f *form) content(content []byte, user bool, yield func(part) bool) {
	if !grammar.IsList(content) {
		yield(f.said(content))
		return
	}
	for b := range grammar.Parts(content) {
		var ok bool
		switch {
		case !user || b.Odd:
			ok = yield(f.said(b.Raw))
		case string(b.Type) == "tool_result":
			ok = f.result(b.Content, f.isSpared(b.ToolUseID), yield)
		case f.isImage(b):
			ok = yield(f.image(b, false))
		default:
			ok = yield(f.said(b.Raw))
		}
		if !ok {
			return
		}
	}
}

func (f *form) said(raw []byte) part { return part{kind: said, raw: raw, tokens: f.cost(raw)} }

// cost is 0 for what is not there.
func (f *form) cost(raw []byte) int {
	if raw == nil {
		return 0
	}
	return f.tokens(raw)
}

func (f *form) isImage(b grammar.Part) bool {
	if f.chat {
		return string(b.Type) == "image_url"
	}
	return string(b.Type) == "image"
}

func (f *form) image(b grammar.Part, inside bool) part {
	p := part{kind: image, raw: b.Raw, with: insteadOfImage(b), tokens: f.cost(b.Raw), inside: inside}
	p.saved = p.tokens - f.cost(p.with)
	if p.saved <= 0 || len(p.with) >= len(p.raw) {
		p.kind = said
	}
	return p
}

// result yields a tool result's content, and the images in it. What costs no more than its placeholder is not worth going.
func (f *form) result(content []byte, spared bool, yield func(part) bool) bool {
	p := part{kind: said, raw: content, tokens: f.resultCost(content), answer: true}
	if spared || content == nil || refers(content) {
		return yield(p)
	}
	p.with = f.placeholder.instead(content)
	if p.saved = p.tokens - f.resultCost(p.with); p.saved > 0 && len(p.with) < len(content) {
		p.kind = result
	}
	if !yield(p) {
		return false
	}
	for b := range grammar.Parts(content) {
		if !b.Odd && f.isImage(b) {
			i := f.image(b, p.kind == result)
			if i.tokens = 0; !yield(i) { // the result's have them
				return false
			}
		}
	}
	return true
}

// refers says whether a result has references to tools that are known by it alone, and called later.
func refers(content []byte) bool {
	for b := range grammar.Parts(content) {
		if string(b.Type) == "tool_reference" {
			return true
		}
	}
	return false
}

func (f *form) resultCost(content []byte) int {
	if !grammar.IsList(content) {
		return f.cost(content)
	}
	sum := 0
	for raw := range rawjson.Elements(content) {
		sum += f.cost(raw)
	}
	return sum
}
