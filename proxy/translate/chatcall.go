package translate

import "github.com/tidwall/gjson"

// openCall is the tool call that a Messages stream is in, or was in last.
type openCall struct {
	nth   int // which call of the answer it is, from 1; 0 = there was none
	open  bool
	owed  bool   // it is not settled that all of it was told
	input []byte // what it began with, if that is more than an empty object
	json  balance
}

func (c *openCall) begin(input gjson.Result) {
	*c = openCall{nth: c.nth + 1, open: true, owed: true, input: c.input[:0]}
	if input.IsObject() && len(input.Map()) > 0 {
		c.input = append(c.input, input.Raw...)
	}
}

// settle makes sure that the latest call has all of its arguments, as soon as it is known whether the message was cut off. Without
// any it has an empty object, unless it was cut off: then it stays without.
func (s *chatEvents) settle(w *writer, cut bool) error {
	if !s.call.owed {
		return nil
	}
	s.endBlock(w)
	s.call.owed = false
	switch {
	case cut:
	case !s.call.json.begun:
		s.argue(w, `"{}"`)
	case !s.call.json.complete:
		return errTornCall
	}
	return nil
}

// argue tells a piece of the call's arguments, a JSON string.
func (s *chatEvents) argue(w *writer, piece string) {
	s.openCall(w)
	w.key("function").open('{')
	w.key("arguments").raw(piece)
	s.closeCall(w)
}

// openCall begins a chunk with a piece of the call, and closeCall ends it and its function.
func (s *chatEvents) openCall(w *writer) {
	s.open(w)
	w.b = append(w.b, `"tool_calls":[{`...)
	w.number("index", int64(s.call.nth-1))
}

func (s *chatEvents) closeCall(w *writer) {
	w.b = append(w.b, "}}]"...)
	s.close(w)
}
