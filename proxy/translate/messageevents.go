package translate

import (
	"bytes"
	"errors"
	"slices"

	"github.com/tidwall/gjson"

	"spillway/proxy/sse"
)

var errTwice = errors.New("translate: the stream began twice")

// messageEvents tells chunks of a chat completion as a Messages stream. There blocks come one after the other, so what a chunk
// says is sorted into blocks: the first is told as it comes, and the others wait until it is complete.
type messageEvents struct {
	t    *Translation
	home Home

	begun, ended bool
	index        int // of the open block
	queue        []*block
	pending      int // bytes in the queue behind its first
	calls        int // tool calls so far
	finish       string
	done         bool // the target said [DONE]
	usage        usage
}

// block is a part of a message that is being told, or will be.
type block struct {
	kind   string // text, thinking or tool_use
	call   int64  // the target's index of the tool call
	id     string
	name   string
	opened bool
	held   []byte // pieces that are not told yet, each as a JSON string without its quotes
	json   balance
}

// Step implements [Stream].
func (s *messageEvents) Step(dst []byte, e sse.Event) ([]byte, error) {
	switch {
	case isBlank(e.Data):
		return append(dst, e.Raw...), nil // a comment
	case bytes.Equal(bytes.TrimSpace(e.Data), []byte("[DONE]")):
		s.done = true
		return s.End(dst)
	case s.ended:
		return dst, nil
	}
	w := &writer{b: dst}
	doc := view(e.Data)
	if !s.begun {
		s.begin(w, doc)
	}
	if u := doc.Get("usage"); u.IsObject() {
		s.usage.readChat(u)
	}
	choice := doc.Get("choices.0")
	if choice.Exists() {
		s.choice(w, choice)
	}
	if s.pending > maxPending {
		return dst, errPending
	}
	return w.b, nil
}

func (s *messageEvents) begin(w *writer, doc gjson.Result) {
	s.begun = true
	s.event(w, "message_start", func() {
		w.key("message").open('{')
		w.key("id").text(messageID(doc.Get("id").String(), s.home))
		w.key("type").word("message")
		w.key("role").word("assistant")
		w.key("model").text(doc.Get("model").String())
		w.key("content").raw([]byte("[]"))
		w.key("stop_reason").raw([]byte("null"))
		w.key("stop_sequence").raw([]byte("null"))
		w.key("usage").raw([]byte(`{"input_tokens":0,"output_tokens":0}`))
		w.end('}')
	})
}

// choice sorts one delta into blocks: what was thought, what is said, what is called. One delta may hold all three.
func (s *messageEvents) choice(w *writer, choice gjson.Result) {
	delta := choice.Get("delta")
	if r := reasoning(delta); r.Str != "" {
		s.say(w, "thinking", r)
	}
	for _, name := range [...]string{"content", "refusal"} {
		if text := delta.Get(name); text.Type == gjson.String && text.Str != "" {
			s.say(w, "text", text)
		}
	}
	delta.Get("tool_calls").ForEach(func(_, call gjson.Result) bool {
		s.call(w, call)
		return true
	})
	if finish := choice.Get("finish_reason").Str; finish != "" {
		s.finish = string(append([]byte(nil), finish...))
	}
}

func (s *messageEvents) say(w *writer, kind string, text gjson.Result) {
	if n := len(s.queue); n == 0 || s.queue[n-1].kind != kind {
		s.queue = append(s.queue, &block{kind: kind})
		s.advance(w)
	}
	s.add(w, s.queue[len(s.queue)-1], text.Raw[1:len(text.Raw)-1])
}

func (s *messageEvents) call(w *writer, call gjson.Result) {
	at := call.Get("index").Int()
	i := slices.IndexFunc(s.queue, func(b *block) bool { return b.kind == "tool_use" && b.call == at })
	id, name := call.Get("id").String(), call.Get("function.name").String()
	// Some servers give every call the index 0, and tell them apart by their ids.
	if i >= 0 && id != "" && s.queue[i].id != "" && callID(id, s.home, 0) != s.queue[i].id {
		i = -1
		at = -1 - int64(s.calls)
	}
	if i < 0 {
		if id == "" && name == "" && call.Get("function.arguments").Str == "" {
			return // an empty piece of a call that is over
		}
		s.queue = append(s.queue, &block{kind: "tool_use", call: at})
		s.calls++
		i = len(s.queue) - 1
		if id == "" {
			id = callID("", s.home, s.calls)
		}
	}
	b := s.queue[i]
	if b.id == "" && id != "" {
		b.id = callID(string(append([]byte(nil), id...)), s.home, s.calls)
	}
	if b.name == "" && name != "" {
		b.name = s.t.ownName(string(append([]byte(nil), name...)))
	}
	if arguments := call.Get("function.arguments"); arguments.Type == gjson.String {
		b.json.add(arguments.String())
		s.add(w, b, arguments.Raw[1:len(arguments.Raw)-1])
	}
	s.advance(w)
}

// add gives a block a piece: told at once if the block is the first, and otherwise held.
func (s *messageEvents) add(w *writer, b *block, piece string) {
	if b != s.queue[0] || b.kind == "tool_use" && b.name == "" {
		b.held = append(b.held, piece...)
		s.pending += len(piece)
		return
	}
	s.open(w, b)
	s.tell(w, b, piece)
}

// advance ends the blocks at the head of the queue that are complete: text is when something else follows, and a tool call when
// its arguments are.
func (s *messageEvents) advance(w *writer) {
	for len(s.queue) > 1 {
		head := s.queue[0]
		if head.kind == "tool_use" && !head.json.complete() {
			return
		}
		s.close(w)
	}
}

// open tells that a block begins, if it has not, with the pieces held for it.
func (s *messageEvents) open(w *writer, b *block) {
	if b.opened {
		return
	}
	b.opened = true
	s.event(w, "content_block_start", func() {
		w.number("index", int64(s.index))
		w.key("content_block").open('{')
		w.key("type").word(b.kind)
		switch b.kind {
		case "text":
			w.key("text").text("")
		case "thinking":
			w.key("thinking").text("")
			w.key("signature").text("")
		default:
			w.key("id").text(b.id)
			w.key("name").text(b.name)
			w.key("input").raw([]byte("{}"))
		}
		w.end('}')
	})
	if len(b.held) > 0 {
		s.pending -= len(b.held)
		s.tell(w, b, string(b.held))
		b.held = nil
	}
}

// tell writes a piece of the open block.
func (s *messageEvents) tell(w *writer, b *block, piece string) {
	if piece == "" {
		return
	}
	kind, field := "text_delta", "text"
	switch b.kind {
	case "thinking":
		kind, field = "thinking_delta", "thinking"
	case "tool_use":
		kind, field = "input_json_delta", "partial_json"
	}
	s.event(w, "content_block_delta", func() {
		w.number("index", int64(s.index))
		w.key("delta").open('{')
		w.key("type").word(kind)
		w.key(field).word(piece)
		w.end('}')
	})
}

// close ends the first block; the next one then begins, if it can.
func (s *messageEvents) close(w *writer) {
	s.open(w, s.queue[0])
	s.event(w, "content_block_stop", func() { w.number("index", int64(s.index)) })
	s.index++
	s.queue = slices.Delete(s.queue, 0, 1)
	if len(s.queue) > 0 && (s.queue[0].kind != "tool_use" || s.queue[0].name != "") {
		s.open(w, s.queue[0])
	}
}

// End implements [Stream]. A stream may leave out the reason to finish if it says [DONE]; without both it was cut off.
func (s *messageEvents) End(dst []byte) ([]byte, error) {
	switch {
	case s.ended:
		return dst, nil
	case !s.begun || s.finish == "" && !s.done:
		return dst, errTruncated
	}
	s.ended = true
	w := &writer{b: dst}
	for len(s.queue) > 0 {
		s.close(w)
	}
	s.event(w, "message_delta", func() {
		w.key("delta").open('{')
		w.key("stop_reason").word(stopReason(s.finish, s.calls > 0))
		w.key("stop_sequence").raw([]byte("null"))
		w.end('}')
		w.key("usage")
		s.usage.message(w)
	})
	s.event(w, "message_stop", func() {})
	return w.b, nil
}

func (s *messageEvents) event(w *writer, name string, rest func()) {
	w.b = append(append(append(w.b, "event: "...), name...), "\ndata: {"...)
	w.key("type").word(name)
	rest()
	w.b = append(w.b, "}\n\n"...)
}
