package translate

import (
	"bytes"
	"errors"

	"github.com/tidwall/gjson"

	"spillway/proxy/sse"
)

// What is no stream of an answer.
var (
	errTwice    = errors.New("translate: the stream began twice")
	errNoJSON   = errors.New("translate: an event is no JSON")
	errTornCall = errors.New("translate: the arguments of a tool call were cut off")
	errNameless = errors.New("translate: a tool call without a name")
)

// messageEvents tells chunks of a chat completion as a Messages stream. There blocks come one after the other, so what a chunk
// says is sorted into blocks ([blocks]).
type messageEvents struct {
	t            *Translation
	begun, ended bool
	blocks       blocks
	refused      bool
	finish       string
	done         bool // the target said [DONE]
	usage        usage
}

// Step implements [Stream].
func (s *messageEvents) Step(dst []byte, e sse.Event) ([]byte, error) {
	switch {
	case isBlank(e):
		return appendComment(dst, e), nil
	case bytes.Equal(bytes.TrimSpace(e.Data), []byte("[DONE]")):
		s.done = true
		return s.End(dst)
	case s.ended:
		return dst, nil
	case !gjson.ValidBytes(e.Data):
		return dst, errNoJSON
	}
	w := &writer{b: dst}
	doc := view(e.Data)
	if u := doc.Get("usage"); u.IsObject() {
		s.usage.readChat(u)
	}
	var err error
	doc.Get("choices").ForEach(func(_, choice gjson.Result) bool {
		if choice.Get("index").Int() == 0 {
			s.begin(w, doc)
			err = s.choice(w, choice)
		}
		return err == nil
	})
	switch {
	case err != nil:
		return dst, err
	case s.blocks.pending > maxPending:
		return dst, errPending
	}
	return w.b, nil
}

// begin tells the message's start with its first choice: some servers send a chunk before it that knows neither id nor model.
func (s *messageEvents) begin(w *writer, doc gjson.Result) {
	if s.begun {
		return
	}
	s.begun = true
	w.event("message_start")
	w.key("message").open('{')
	w.key("id").text(s.blocks.home.messageID(doc.Get("id")))
	w.key("type").word("message")
	w.key("role").word("assistant")
	w.key("model").text(orElse(doc.Get("model"), s.blocks.home.Model))
	w.key("content").raw([]byte("[]"))
	w.key("stop_reason").raw([]byte("null"))
	w.key("stop_sequence").raw([]byte("null"))
	w.key("usage").raw([]byte(`{"input_tokens":0,"output_tokens":0}`))
	w.end('}')
	w.endEvent()
}

// choice sorts one delta into blocks: what was thought, what is said, what is called. One delta may hold all three.
func (s *messageEvents) choice(w *writer, choice gjson.Result) (err error) {
	delta := choice.Get("delta")
	said(delta, func(kind string, text gjson.Result) {
		if kind == refusal {
			s.refused, kind = true, spoken
		}
		s.blocks.say(w, kind, text.Raw[1:len(text.Raw)-1])
	})
	delta.Get("tool_calls").ForEach(func(_, call gjson.Result) bool {
		err = s.call(w, call)
		return err == nil
	})
	if finish := choice.Get("finish_reason").Str; finish != "" {
		s.finish = orElse(choice.Get("finish_reason"), "")
	}
	return err
}

// call takes a piece of a tool call.
func (s *messageEvents) call(w *writer, call gjson.Result) error {
	b := s.blocks.find(call)
	if b == nil {
		return nil
	}
	if name := call.Get("function.name"); b.name == "" && name.Str != "" {
		b.name = s.t.ownName(orElse(name, ""))
	}
	if id := call.Get("id"); b.given == "" && id.Str != "" {
		b.given = orElse(id, "")
	}
	return s.blocks.argue(w, b, call.Get("function.arguments"))
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
	if err := s.blocks.end(w, s.finish); err != nil {
		return dst, err
	}
	w.event("message_delta")
	w.key("delta").open('{')
	stop := stopReason(s.finish, s.blocks.calls > 0, s.refused)
	w.key("stop_reason").word(stop)
	w.key("stop_sequence").raw([]byte("null"))
	w.stopDetails(stop)
	w.end('}')
	w.key("usage")
	s.usage.message(w)
	w.endEvent()
	w.event("message_stop")
	w.endEvent()
	return w.b, nil
}

// event begins an event of a Messages stream, and endEvent ends it.
func (w *writer) event(name string) {
	w.b = append(append(append(append(append(w.b, "event: "...), name...), "\ndata: {\"type\":\""...), name...), '"')
}

func (w *writer) endEvent() { w.b = append(w.b, "}\n\n"...) }
