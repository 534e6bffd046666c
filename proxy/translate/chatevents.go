package translate

import (
	"bytes"

	"github.com/tidwall/gjson"

	"spillway/proxy/sse"
)

// chatEvents tells a Messages stream as chunks of a chat completion. What Claude thinks is told as reasoning_content, as other
// servers do; blocks of tools that run at Anthropic have no equivalent and are not told.
type chatEvents struct {
	t         *Translation
	home      Home
	tellUsage bool

	id, model string
	usage     usage
	tools     int    // begun
	tool      int    // the open block's call, -1 when it is none
	input     []byte // what the open call began with
	argued    bool   // the open call has arguments
	finish    string
	ended     bool
}

// Step implements [Stream].
func (s *chatEvents) Step(dst []byte, e sse.Event) ([]byte, error) {
	if isBlank(e.Data) {
		return append(dst, e.Raw...), nil // a comment
	}
	doc := view(e.Data)
	w := &writer{b: dst}
	switch doc.Get("type").Str {
	case "message_start":
		if s.id != "" {
			return dst, errTwice
		}
		s.id, s.model = chatID(doc.Get("message.id").String(), s.home), bytesOf(doc.Get("message.model"))
		s.usage.readMessage(doc.Get("message.usage"))
		s.chunk(w, func() { w.key("role").word("assistant"); w.key("content").text("") })
	case "content_block_start":
		s.begin(w, doc.Get("content_block"))
	case "content_block_delta":
		s.delta(w, doc.Get("delta"))
	case "content_block_stop":
		s.close(w)
	case "message_delta":
		s.usage.readMessage(doc.Get("usage"))
		if stop := doc.Get("delta.stop_reason").Str; stop != "" && s.finish == "" {
			s.finish = finishReason(stop)
			s.chunk(w, nil)
		}
	case "message_stop":
		return s.End(w.b)
	case "ping":
		w.b = append(w.b, ": ping\n\n"...)
	}
	return w.b, nil
}

func bytesOf(r gjson.Result) string { return string(append([]byte(nil), r.String()...)) }

func (s *chatEvents) begin(w *writer, block gjson.Result) {
	s.tool, s.argued, s.input = -1, false, s.input[:0]
	switch block.Get("type").Str {
	case "text":
		s.say(w, "content", block.Get("text"))
	case "thinking":
		s.say(w, "reasoning_content", block.Get("thinking"))
	case "tool_use":
		s.tool = s.tools
		s.tools++
		if input := block.Get("input"); input.IsObject() {
			s.input = append(s.input, input.Raw...)
		}
		s.chunk(w, func() {
			s.call(w, func() {
				w.key("id").raw([]byte(block.Get("id").Raw))
				w.key("type").word("function")
			}, func() {
				w.key("name").text(s.t.ownName(block.Get("name").String()))
				w.key("arguments").text("")
			})
		})
	}
}

func (s *chatEvents) delta(w *writer, delta gjson.Result) {
	switch delta.Get("type").Str {
	case "text_delta":
		s.say(w, "content", delta.Get("text"))
	case "thinking_delta":
		s.say(w, "reasoning_content", delta.Get("thinking"))
	case "input_json_delta":
		if part := delta.Get("partial_json"); s.tool >= 0 && part.Str != "" {
			s.argue(w, part.Raw)
		}
	}
}

// close ends a block. A call without arguments has the object it began with, which is empty as a rule.
func (s *chatEvents) close(w *writer) {
	if s.tool >= 0 && !s.argued {
		if len(bytes.TrimSpace(s.input)) == 0 {
			s.input = append(s.input, "{}"...)
		}
		s.argue(w, string(gjson.AppendJSONString(nil, string(s.input))))
	}
	s.tool = -1
}

func (s *chatEvents) argue(w *writer, fragment string) {
	s.argued = true
	s.chunk(w, func() {
		s.call(w, func() {}, func() { w.key("arguments").raw([]byte(fragment)) })
	})
}

func (s *chatEvents) call(w *writer, head, function func()) {
	w.key("tool_calls").open('[')
	w.open('{')
	w.number("index", int64(s.tool))
	head()
	w.key("function").open('{')
	function()
	w.end('}')
	w.end('}')
	w.end(']')
}

func (s *chatEvents) say(w *writer, name string, text gjson.Result) {
	if text.Str != "" {
		s.chunk(w, func() { w.key(name).raw([]byte(text.Raw)) })
	}
}

// chunk writes one event with a delta; nil is the last one's, with the reason to finish.
func (s *chatEvents) chunk(w *writer, delta func()) {
	s.head(w)
	w.key("choices").open('[')
	w.open('{')
	w.number("index", 0)
	w.key("delta").open('{')
	if delta != nil {
		delta()
	}
	w.end('}')
	if delta == nil {
		w.key("finish_reason").word(s.finish)
	} else {
		w.key("finish_reason").raw([]byte("null"))
	}
	w.end('}')
	w.end(']')
	w.b = append(w.b, "}\n\n"...)
}

func (s *chatEvents) head(w *writer) {
	w.b = append(w.b, "data: {"...)
	w.key("id").text(s.id)
	w.key("object").word("chat.completion.chunk")
	w.number("created", s.home.Created)
	w.key("model").text(s.model)
}

// End implements [Stream].
func (s *chatEvents) End(dst []byte) ([]byte, error) {
	switch {
	case s.ended:
		return dst, nil
	case s.finish == "":
		return dst, errTruncated
	}
	s.ended = true
	w := &writer{b: dst}
	if s.tellUsage {
		s.head(w)
		w.key("choices").raw([]byte("[]"))
		w.key("usage")
		s.usage.chat(w)
		w.b = append(w.b, "}\n\n"...)
	}
	return append(w.b, "data: [DONE]\n\n"...), nil
}
