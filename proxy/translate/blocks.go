package translate

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// blocks are the parts of a message that are being told, one after the other: the first is told as it comes, and the others wait
// until it is complete.
type blocks struct {
	home    Home
	index   int // of the first
	queue   []*block
	pending int // bytes that wait
	calls   int // tool calls so far

	over struct { // the call that was told last
		call  int64
		given string
	}
}

// block is one of them.
type block struct {
	kind   string // text, thinking or tool_use
	call   int64  // the target's index of the tool call
	nth    int    // which call of the answer it is, from 1
	given  string // the target's id; "" = it has not told one
	name   string
	opened bool
	held   []byte // pieces that are not told yet, as JSON strings without quotes
	json   balance
}

// Bounds of what waits: bytes in all, and what a block counts for by itself, so that there are 1,024 at most.
const (
	maxPending  = 16 << 20
	blockWeight = 16 << 10
)

func (s *blocks) add(b *block) *block {
	s.queue = append(s.queue, b)
	s.pending += blockWeight
	return b
}

// say takes a piece of what is thought or said.
func (s *blocks) say(w *writer, kind, piece string) {
	n := len(s.queue)
	if n == 0 || s.queue[n-1].kind != kind {
		s.add(&block{kind: kind})
		n++
	}
	s.tell(w, s.queue[n-1], piece)
}

// find is the block of a piece of a tool call, and nil when the piece says nothing. Pieces belong together by their index; but
// some servers give every call the same, or none, and tell calls apart by their ids.
func (s *blocks) find(call *toolCall) *block {
	at, id := call.index.Int(), call.id.Str
	blank := strings.TrimSpace(call.input()) == ""
	for _, b := range slices.Backward(s.queue) {
		same := id == "" || b.given == "" || b.given == id
		over := b.json.complete && id == "" && !blank // what comes is another call that has no id either
		if b.kind == "tool_use" && b.call == at && same && !over {
			return b
		}
	}
	again := at == s.over.call && s.calls > 0 && (id == "" || id == s.over.given)
	if blank && (again || id == "" && call.name.Str == "") {
		return nil
	}
	s.calls++
	return s.add(&block{kind: "tool_use", call: at, nth: s.calls})
}

// argue takes a piece of a call's arguments.
func (s *blocks) argue(w *writer, b *block, arguments gjson.Result) error {
	piece := ""
	switch {
	case arguments.Type == gjson.String:
		b.json.add(arguments.Str)
		piece = arguments.Raw[1 : len(arguments.Raw)-1]
	case arguments.IsObject():
		b.json.add(arguments.Raw)
		quoted := gjson.AppendJSONString(nil, arguments.Raw)
		piece = string(quoted[1 : len(quoted)-1])
	}
	if b.json.odd {
		return errArguments
	}
	s.tell(w, b, piece)
	return nil
}

// tell gives a block a piece: told at once if the block is open, and otherwise held.
func (s *blocks) tell(w *writer, b *block, piece string) {
	if b == s.queue[0] && b.opened {
		if piece != "" {
			s.delta(w, b, piece)
		}
	} else {
		b.held = append(b.held, piece...)
		s.pending += len(piece)
	}
	s.advance(w)
}

// advance tells all that can be told: the first block, and the next ones when it is complete. Text is when something else
// follows, and a tool call when its arguments are.
func (s *blocks) advance(w *writer) {
	for len(s.queue) > 0 {
		head := s.queue[0]
		if !head.opened && head.ready() {
			s.open(w, head)
		}
		if len(s.queue) == 1 || head.kind == "tool_use" && (!head.opened || !head.json.complete) {
			return
		}
		s.close(w)
	}
}

// ready says whether a block can begin. A tool call needs a name, and the first of its arguments: without any it may be one that
// was cut off, which is not to be told.
func (b *block) ready() bool { return b.kind != "tool_use" || b.name != "" && b.json.begun }

func (s *blocks) open(w *writer, b *block) {
	b.opened = true
	w.event("content_block_start")
	w.number("index", int64(s.index))
	w.key("content_block").open('{')
	w.key("type").word(b.kind)
	switch b.kind {
	case spoken:
		w.key("text").text("")
	case thought:
		w.key("thinking").text("")
		w.key("signature").text("")
	default:
		w.key("id").text(s.home.toolID(b.given, b.nth))
		w.key("name").text(b.name)
		w.key("input").raw("{}")
	}
	w.end('}')
	w.endEvent()
	if len(b.held) > 0 {
		s.pending -= len(b.held)
		s.delta(w, b, string(b.held))
		b.held = nil
	}
}

// delta writes a piece of the open block.
func (s *blocks) delta(w *writer, b *block, piece string) {
	w.event("content_block_delta")
	w.number("index", int64(s.index))
	switch b.kind {
	case spoken:
		w.b = append(w.b, `,"delta":{"type":"text_delta","text":"`...)
	case thought:
		w.b = append(w.b, `,"delta":{"type":"thinking_delta","thinking":"`...)
	default:
		w.b = append(w.b, `,"delta":{"type":"input_json_delta","partial_json":"`...)
	}
	w.b = append(append(w.b, piece...), `"}`...)
	w.endEvent()
}

// close ends the first block.
func (s *blocks) close(w *writer) {
	head := s.queue[0]
	w.event("content_block_stop")
	w.number("index", int64(s.index))
	w.endEvent()
	if head.kind == "tool_use" {
		s.over.call, s.over.given = head.call, head.given
	}
	s.index++
	s.drop()
}

func (s *blocks) drop() {
	s.queue = slices.Delete(s.queue, 0, 1)
	s.pending -= blockWeight
}

// end tells and ends all that is left, for a reason to finish. A call that was cut off stays incomplete, as Claude's own do; of one
// whose arguments did not even begin nothing is told.
func (s *blocks) end(w *writer, finish string) error {
	cut := cut(finish)
	for len(s.queue) > 0 {
		head := s.queue[0]
		switch call := head.kind == "tool_use"; {
		case call && cut && !head.ready():
			s.pending -= len(head.held)
			s.drop()
			continue
		case call && head.name == "":
			return errNameless
		case call && !cut && !head.json.complete && (head.json.begun || finish == ""):
			return errTornCall
		case !head.opened:
			s.open(w, head)
		}
		s.close(w)
	}
	return nil
}
