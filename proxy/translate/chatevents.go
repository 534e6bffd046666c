package translate

import (
	"github.com/tidwall/gjson"

	"spillway/proxy/dialect"
	"spillway/proxy/sse"
)

// chatEvents tells a Messages stream as chunks of a chat completion. What Claude thinks is told as reasoning_content, as other
// servers do; blocks of tools that run at Anthropic have no equivalent and are not told.
type chatEvents struct {
	t         *Translation
	home      Home
	tellUsage bool

	head  []byte // how each chunk begins; nil until the message has
	usage usage
	call  openCall
	ended bool
	stop  bool // the reason to finish was told
}

// Step implements [Stream].
func (s *chatEvents) Step(dst []byte, e sse.Event) ([]byte, error) {
	switch {
	case isBlank(e):
		return appendComment(dst, e), nil
	case s.ended:
		return dst, nil
	case !gjson.ValidBytes(e.Data):
		return dst, errNoJSON
	}
	doc := view(e.Data)
	w := &writer{b: dst}
	if err := s.event(w, dialect.EventName(e, doc), doc); err != nil {
		return dst, err
	}
	return w.b, nil
}

func (s *chatEvents) event(w *writer, kind string, doc gjson.Result) error {
	switch kind {
	case "message_start":
		if s.head != nil {
			return errTwice
		}
		s.begin(w, doc.Get("message"))
	case "content_block_start":
		return s.block(w, doc.Get("content_block"))
	case "content_block_delta":
		return s.delta(w, doc.Get("delta"))
	case "content_block_stop":
		s.endBlock(w)
	case "message_delta":
		s.usage.readMessage(doc.Get("usage"))
		if stop := doc.Get("delta.stop_reason").Str; stop != "" && !s.stop {
			return s.finish(w, stop, doc.Get("delta.stop_details.explanation"))
		}
	case "message_stop":
		return s.stopped(w)
	case "ping":
		w.b = append(w.b, ": ping\n\n"...)
	}
	return nil
}

func (s *chatEvents) begin(w *writer, message gjson.Result) {
	s.usage.readMessage(message.Get("usage"))
	h := &writer{b: append(make([]byte, 0, 256), "data: {"...)}
	h.key("id").text(s.home.chatID(message.Get("id")))
	h.key("object").word("chat.completion.chunk")
	h.number("created", s.home.Created)
	h.key("model").text(orElse(message.Get("model"), s.home.Model))
	h.key("choices").open('[')
	s.head = h.b
	s.open(w)
	w.key("role").word("assistant")
	w.key("content").text("")
	s.close(w)
}

// block begins a block. What a call before it owes is known by then.
func (s *chatEvents) block(w *writer, block gjson.Result) error {
	if s.head == nil {
		s.begin(w, gjson.Result{})
	}
	if err := s.settle(w, false); err != nil {
		return err
	}
	switch block.Get("type").Str {
	case "text":
		s.say(w, "content", block.Get("text"))
	case "thinking":
		s.say(w, "reasoning_content", block.Get("thinking"))
	case "tool_use":
		s.call.begin(block.Get("input"))
		s.openCall(w)
		w.key("id").text(s.home.toolID(block.Get("id").String(), s.call.nth))
		w.key("type").word("function")
		w.key("function").open('{')
		w.key("name").text(s.t.ownName(block.Get("name").String()))
		w.key("arguments").text("")
		s.closeCall(w)
	}
	return nil
}

func (s *chatEvents) delta(w *writer, delta gjson.Result) error {
	if s.head == nil {
		s.begin(w, gjson.Result{})
	}
	switch delta.Get("type").Str {
	case "text_delta":
		s.say(w, "content", delta.Get("text"))
	case "thinking_delta":
		s.say(w, "reasoning_content", delta.Get("thinking"))
	case "input_json_delta":
		if part := delta.Get("partial_json"); s.call.open && part.Type == gjson.String && part.Str != "" {
			if s.call.json.add(part.Str); s.call.json.odd {
				return errArguments
			}
			s.argue(w, part.Raw)
		}
	}
	return nil
}

// endBlock ends a block. A call may have had its arguments when it began.
func (s *chatEvents) endBlock(w *writer) {
	if s.call.open && !s.call.json.begun && len(s.call.input) > 0 {
		s.call.json.add(string(s.call.input))
		s.argue(w, string(gjson.AppendJSONString(nil, string(s.call.input))))
	}
	s.call.open = false
}

// finish tells why the message ended.
func (s *chatEvents) finish(w *writer, stop string, explanation gjson.Result) error {
	if s.head == nil {
		s.begin(w, gjson.Result{})
	}
	if err := s.settle(w, cutMessage(stop)); err != nil {
		return err
	}
	s.say(w, "refusal", explanation)
	s.stop = true
	w.b = append(append(w.b, s.head...), `{"index":0,"delta":{}`...)
	w.key("finish_reason").word(finishReason(stop, s.call.nth > 0))
	w.b = append(w.b, "}]}\n\n"...)
	return nil
}

// stopped ends the stream.
func (s *chatEvents) stopped(w *writer) error {
	if s.head == nil {
		return errTruncated
	}
	if !s.stop {
		if err := s.finish(w, "", gjson.Result{}); err != nil {
			return err
		}
	}
	s.ended = true
	if s.tellUsage {
		w.b = append(append(w.b, s.head...), ']')
		w.key("usage")
		s.usage.chat(w)
		w.b = append(w.b, "}\n\n"...)
	}
	w.b = append(w.b, "data: [DONE]\n\n"...)
	return nil
}

// End implements [Stream]. The only end of a message is its message_stop.
func (s *chatEvents) End(dst []byte) ([]byte, error) {
	if !s.ended {
		return dst, errTruncated
	}
	return dst, nil
}

func (s *chatEvents) say(w *writer, name string, text gjson.Result) {
	if text.Type == gjson.String && text.Str != "" {
		s.open(w)
		w.key(name).raw(text.Raw)
		s.close(w)
	}
}

// open begins a chunk with a delta, and close ends it.
func (s *chatEvents) open(w *writer) {
	w.b = append(append(w.b, s.head...), `{"index":0,"delta":{`...)
}

func (s *chatEvents) close(w *writer) { w.b = append(w.b, "},\"finish_reason\":null}]}\n\n"...) }
