package dialect

import (
	"hash"
	"strings"

	"spillway/engine"
	"spillway/proxy/model"
	"spillway/proxy/rawjson"
)

// outliner walks over a prompt and counts. It looks at sizes and types, and keeps no text.
type outliner struct {
	call                             *Call
	total, results                   Weight
	messages, toolResults, toolCount int
	bound                            bool      // a part names state that only one server has
	marked                           bool      // the message at hand has marks for the cache, or may have some where nobody looked
	opening                          hash.Hash // of the system prompt and the first user message
	opened                           bool      // opening has something
	closed                           bool      // opening has the first user message
	prefixes                         []Prefix
}

func (r *outliner) prompt() {
	switch r.call.Endpoint {
	case ChatCompletions:
		r.each(r.call.Value("messages"), r.chatMessage)
	case Responses:
		r.system(r.call.Value("instructions"))
		input := r.call.Value("input")
		r.each(input, r.item)
		if rawjson.IsText(input) {
			r.messages = 1
			r.user(input)
		}
	default:
		r.system(r.call.Value("system"))
		r.each(r.call.Value("messages"), r.message)
	}
}

func (r *outliner) each(list []byte, read func(part)) {
	chain := newChain(r.call)
	eachPart(list, func(message part) {
		r.messages++
		r.total.fixed += messageTokens
		r.marked = message.mark > 0
		read(message)
		r.prefixes = append(r.prefixes, Prefix{chain.next(message.whole, r.marked), r.total})
	})
}

// message reads one of Anthropic's messages.
func (r *outliner) message(m part) {
	if string(m.role) == "user" {
		r.user(m.content)
		return
	}
	r.total.add(r.content(m.content, false))
}

// chatMessage reads one message of a chat completion.
func (r *outliner) chatMessage(m part) {
	switch string(m.role) {
	case "system", "developer":
		r.system(m.content)
	case "user":
		r.user(m.content)
	case "tool", "function":
		r.result(r.content(m.content, true))
	default:
		r.total.add(r.content(m.content, false))
		r.total.add(textWeight(m.toolCalls))
		r.total.add(textWeight(m.reasoning))
	}
}

// item reads one item of a response's input.
func (r *outliner) item(i part) {
	switch kind := string(i.kind); {
	case strings.HasSuffix(kind, "_call_output"):
		r.result(r.content(i.output, true))
	case kind == "item_reference":
		r.bound = true
	case kind != "" && kind != "message":
		r.total.add(textWeight(i.whole))
	default:
		r.chatMessage(i)
	}
}

func (r *outliner) system(content []byte) {
	if content != nil {
		r.total.add(r.content(content, false))
		r.remember(content)
	}
}

func (r *outliner) user(content []byte) {
	r.total.add(r.content(content, false))
	r.remember(content)
	r.closed = true
}

func (r *outliner) result(w Weight) {
	r.toolResults++
	r.results.add(w)
	r.total.add(w)
}

// remember takes what opens a conversation into its hash. Clients mark different blocks for the cache from turn to turn, and
// may write the same text as a string or as a block: neither makes another conversation.
func (r *outliner) remember(content []byte) {
	if r.closed {
		return
	}
	r.opened = true
	r.opening.Write([]byte{0})
	if rawjson.IsText(content) {
		r.opening.Write(content)
	}
	for block := range rawjson.Elements(content) {
		for key, value := range rawjson.Members(block) {
			if name := string(key); name != "type" && name != "cache_control" {
				r.opening.Write(value)
			}
		}
	}
}

func (r *outliner) tools() {
	for tool := range rawjson.Elements(r.call.Value("tools")) {
		r.toolCount++
		r.total.add(textWeight(tool))
	}
	if r.toolCount > 0 && (r.call.API == engine.Anthropic || model.Signs(r.call.Model)) {
		r.total.fixed += toolSystemTokens
	}
}

// content weighs a string, or the blocks of a list, which may be what a tool resulted in.
func (r *outliner) content(content []byte, inResult bool) (w Weight) {
	if len(content) == 0 || content[0] != '[' {
		return textWeight(content)
	}
	eachPart(content, func(block part) { w.add(r.block(block, inResult)) })
	return w
}

func (r *outliner) block(b part, inResult bool) Weight {
	r.marked = r.marked || b.mark > 0
	switch string(b.kind) {
	case "thinking", "redacted_thinking":
		return thinkingWeight(b)
	case "text", "input_text", "output_text", "tool_use":
		return textWeight(b.text)
	case "image", "image_url", "input_image":
		return Weight{fixed: imageTokens}
	case "document", "file", "input_file":
		r.marked = true
		return documentWeight(b)
	case "compaction":
		r.bound = r.bound || b.signed
	case "tool_result":
		if inResult {
			break // no result is inside another; looking on would let one body be walked hundreds of times
		}
		r.toolResults++
		w := r.content(b.content, true)
		r.results.add(w)
		return w
	}
	r.marked = true
	w := textWeight(b.whole)
	w.text -= b.mark // clients move their marks from turn to turn
	return w
}

// Weigh weighs a part of a prompt as it stands in a body: a string, a block, or a list of blocks.
func Weigh(part []byte) Weight {
	r := outliner{}
	if len(part) > 0 && part[0] == '{' {
		return r.block(readPart(part), false)
	}
	return r.content(part, false)
}
