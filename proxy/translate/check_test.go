package translate_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"spillway/engine"
)

// wellFormed says what is wrong with a stream that was told to a caller of that dialect; ended, if it ended well.
func wellFormed(caller engine.API, told []byte, ended bool) error {
	check := (*telling).chunk
	if caller == engine.Anthropic {
		check = (*telling).event
	}
	s := &telling{open: -1, calls: map[int64]*strings.Builder{}}
	for text := range bytes.SplitSeq(told, []byte("\n\n")) {
		if len(text) == 0 || text[0] == ':' {
			continue
		}
		name, data := "", string(text)
		if rest, ok := strings.CutPrefix(data, "event: "); ok {
			name, data, _ = strings.Cut(rest, "\n")
		}
		data, ok := strings.CutPrefix(data, "data: ")
		if !ok || strings.Contains(data, "\n") || data != "[DONE]" && !gjson.Valid(data) {
			return fmt.Errorf("no event: %q", text)
		}
		if err := check(s, name, data); err != nil {
			return fmt.Errorf("%w: %q", err, text)
		}
	}
	return s.end(ended)
}

// telling follows a stream.
type telling struct {
	begun, over bool
	id          string
	stop        string
	next, open  int64 // of blocks
	kind        string
	calls       map[int64]*strings.Builder
}

var errOrder = errors.New("not in order")

func (s *telling) event(name, data string) error {
	doc := gjson.Parse(data)
	index := doc.Get("index").Int()
	if doc.Get("type").Str != name || s.over || s.begun == (name == "message_start") {
		return errOrder
	}
	switch name {
	case "message_start":
		s.begun = true
	case "content_block_start":
		if s.open >= 0 || index != s.next || s.stop != "" {
			return errOrder
		}
		s.open, s.kind = index, doc.Get("content_block.type").Str
		if s.next++; s.kind == "tool_use" {
			if doc.Get("content_block.name").Str == "" || !toolID.MatchString(doc.Get("content_block.id").Str) {
				return errors.New("a call without its name or id")
			}
			s.calls[index] = &strings.Builder{}
		}
	case "content_block_delta":
		want := map[string]string{"text": "text_delta", "thinking": "thinking_delta", "tool_use": "input_json_delta"}[s.kind]
		if s.open != index || doc.Get("delta.type").Str != want {
			return errOrder
		}
		if s.kind == "tool_use" {
			s.calls[index].WriteString(doc.Get("delta.partial_json").Str)
		}
	case "content_block_stop":
		if s.open != index {
			return errOrder
		}
		s.open = -1
	case "message_delta":
		if s.open >= 0 || s.stop != "" {
			return errOrder
		}
		s.stop = doc.Get("delta.stop_reason").Str
	case "message_stop":
		if s.over = true; s.stop == "" {
			return errOrder
		}
	default:
		return errors.New("what nobody knows")
	}
	return nil
}

func (s *telling) chunk(name, data string) error {
	if name != "" || s.over {
		return errOrder
	}
	if data == "[DONE]" {
		s.over = true
		return nil
	}
	doc := gjson.Parse(data)
	choice := doc.Get("choices.0")
	switch id := doc.Get("id").Str; {
	case !s.begun:
		if s.begun, s.id = true, id; choice.Get("delta.role").Str != "assistant" || id == "" {
			return errOrder
		}
	case id != s.id:
		return errors.New("another id")
	case s.stop != "" && choice.Exists():
		return errOrder
	}
	s.stop += choice.Get("finish_reason").Str
	for _, call := range choice.Get("delta.tool_calls").Array() {
		index := call.Get("index").Int()
		if s.calls[index] == nil {
			if index != int64(len(s.calls)) || call.Get("id").Str == "" {
				return errors.New("a call without its id")
			}
			s.calls[index] = &strings.Builder{}
		}
		s.calls[index].WriteString(call.Get("function.arguments").Str)
	}
	return nil
}

// end says what is wrong with how the stream ended. Arguments are whole, unless the reason to finish says otherwise.
func (s *telling) end(well bool) error {
	if s.over != well {
		return fmt.Errorf("ended well: %t, and it reads as %t", well, s.over)
	}
	cut := s.stop == "length" || s.stop == "max_tokens" || s.stop == "content_filter" || s.stop == "refusal"
	for index, arguments := range s.calls {
		text := strings.TrimSpace(arguments.String())
		if well && !cut && text != "" && (!gjson.Valid(text) || text[0] != '{') {
			return fmt.Errorf("call %d has the arguments %q", index, text)
		}
	}
	return nil
}
