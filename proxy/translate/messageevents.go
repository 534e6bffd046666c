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
	c := readChunk(view(e.Data))
	s.usage.readChat(c.usage)
	err := s.choices(w, &c)
	switch {
	case err != nil:
		return dst, err
	case s.blocks.pending > maxPending:
		return dst, errPending
	}
	return w.b, nil
}

// chunk is one of a stream's.
type chunk struct{ id, model, choices, usage gjson.Result }

func readChunk(doc gjson.Result) (c chunk) {
	doc.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "id":
			c.id = value
		case "model":
			c.model = value
		case "choices":
			c.choices = value
		case "usage":
			c.usage = value
		}
		return true
	})
	return c
}

// choices tells a chunk's choice. There may be others that nobody asked for.
func (s *messageEvents) choices(w *writer, c *chunk) (err error) {
	c.choices.ForEach(func(_, choice gjson.Result) bool {
		var index int64
		var delta, finish gjson.Result
		choice.ForEach(func(key, value gjson.Result) bool {
			switch key.Str {
			case "index":
				index = value.Int()
			case "delta":
				delta = value
			case "finish_reason":
				finish = value
			}
			return true
		})
		if index == 0 {
			s.begin(w, c)
			err = s.delta(w, readMessage(delta))
			s.finish = orElse(finish, s.finish)
		}
		return err == nil
	})
	return err
}

// begin tells the message's start with its first choice: some servers send a chunk before it that knows neither id nor model.
func (s *messageEvents) begin(w *writer, c *chunk) {
	if s.begun {
		return
	}
	s.begun = true
	w.event("message_start")
	w.key("message").open('{')
	w.key("id").text(s.blocks.home.messageID(c.id))
	w.key("type").word("message")
	w.key("role").word("assistant")
	w.key("model").text(orElse(c.model, s.blocks.home.Model))
	w.key("content").raw("[]")
	w.key("stop_reason").raw("null")
	w.key("stop_sequence").raw("null")
	w.key("usage").raw(`{"input_tokens":0,"output_tokens":0}`)
	w.end('}')
	w.endEvent()
}

// delta sorts one delta into blocks: what was thought, what is said, what is called. One delta may hold all three.
func (s *messageEvents) delta(w *writer, delta message) (err error) {
	delta.said(func(kind string, text gjson.Result) {
		if kind == refusal {
			s.refused, kind = true, spoken
		}
		s.blocks.say(w, kind, text.Raw[1:len(text.Raw)-1])
	})
	delta.toolCalls.ForEach(func(_, call gjson.Result) bool {
		err = s.call(w, readCall(call))
		return err == nil
	})
	return err
}

// call takes a piece of a tool call.
func (s *messageEvents) call(w *writer, call toolCall) error {
	b := s.blocks.find(&call)
	if b == nil {
		return nil
	}
	if b.name == "" {
		b.name = s.t.ownName(orElse(call.name, ""))
	}
	if b.given == "" {
		b.given = orElse(call.id, "")
	}
	return s.blocks.argue(w, b, call.arguments)
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
	w.key("stop_sequence").raw("null")
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
