package proof

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// defaultPlaceholder and droppedImage stand for what went.
const (
	defaultPlaceholder = "[old tool result cleared]"
	droppedImage       = "[image dropped]"
)

func (r *Rules) placeholder() string { return cmp.Or(r.Placeholder, defaultPlaceholder) }

// change notes what was taken of a message, and refuses what may not be.
func (p *pair) change(i int, before, after json.RawMessage) error {
	if bytes.Equal(before, after) {
		return nil
	}
	if i >= p.before.Loop() || p.stays(i) || p.before.messages[i].Role == "system" {
		return errors.New("what must not be touched was")
	}
	was, is := decode[map[string]json.RawMessage](before), decode[map[string]json.RawMessage](after)
	for name, value := range is {
		if name != "content" && !bytes.Equal(was[name], value) {
			return fmt.Errorf("%s is another", name)
		}
	}
	var cuts []string
	for name, value := range was {
		switch now, there := is[name]; {
		case there && bytes.Equal(now, value):
		case name == "content" && there:
			inside, err := p.content(p.before.messages[i], value, now)
			if err != nil {
				return err
			}
			cuts = append(cuts, inside...)
		case name == "reasoning_content" && p.chat && was["tool_calls"] == nil && was["function_call"] == nil:
			cuts = append(cuts, "t")
		default:
			return fmt.Errorf("%s went", name)
		}
	}
	p.shape.Cuts[i] = strings.Join(cuts, " ")
	return nil
}

func (p *pair) content(m *message, before, after json.RawMessage) ([]string, error) {
	switch was, is := m.content, readContent(after); {
	case m.Role == "tool" || m.Role == "function":
		return []string{"r0"}, p.cleared(before, after)
	case m.Role == "assistant" && was.isList && !p.chat:
		return []string{"t"}, thought(was, is)
	case m.Role == "user" && was.isList && len(was.list) == len(is.list):
		return p.user(was, is)
	}
	return nil, errors.New("another content")
}

// thought: all thinking of the message went and nothing else did, except white space that would have been left alone.
func thought(was, is content) error {
	var left []json.RawMessage
	said := false
	for i, b := range was.blocks {
		if !strings.HasSuffix(b.Type, "thinking") {
			left = append(left, was.list[i])
			said = said || b.Type != "text" || !isBlank(*b.Text)
		}
	}
	if !said && is.isList && len(is.list) == 0 {
		return nil
	}
	if len(left) != len(is.list) {
		return errors.New("other blocks than thinking went")
	}
	for i := range left {
		if !bytes.Equal(left[i], is.list[i]) {
			return errors.New("another block than before")
		}
	}
	return nil
}

// user: results were cleared and images dropped, in their places.
func (p *pair) user(was, is content) (cuts []string, err error) {
	for i, b := range was.blocks {
		switch {
		case bytes.Equal(was.list[i], is.list[i]):
		case b.Type == "tool_result":
			what, err := p.result(was.list[i], is.list[i])
			if err != nil {
				return nil, err
			}
			cuts = append(cuts, fmt.Sprint(what, i))
		case b.Type == "image" || b.Type == "image_url":
			cuts = append(cuts, fmt.Sprint("i", i))
			if err := instead(is.list[i], droppedImage, b.CacheControl); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("a %s changed", b.Type)
		}
	}
	return cuts, nil
}

// result says whether a result was cleared or lost its images.
func (p *pair) result(before, after json.RawMessage) (what string, err error) {
	was, is := decode[map[string]json.RawMessage](before), decode[map[string]json.RawMessage](after)
	for name, value := range was {
		if name != "content" && !bytes.Equal(is[name], value) || len(was) != len(is) {
			return "", fmt.Errorf("a result's %s changed", name)
		}
	}
	if err := p.cleared(was["content"], is["content"]); err == nil {
		return "r", nil
	}
	list, left := readContent(was["content"]), readContent(is["content"])
	if !list.isList || len(list.list) != len(left.list) {
		return "", errors.New("a result is neither what it was nor cleared")
	}
	if _, err := p.user(list, left); err != nil {
		return "", err
	}
	return "i", nil
}

// cleared: a placeholder has the shape of what it stands for, and the last mark in it.
func (p *pair) cleared(before, after json.RawMessage) error {
	text := p.rules.placeholder()
	switch was, is := readContent(before), readContent(after); {
	case len(after) >= len(before):
		return errors.New("a placeholder is longer than what it stands for")
	case was.isList != is.isList:
		return errors.New("a placeholder has another shape")
	case !was.isList && is.text == text && was.text != text:
		return nil
	case was.isList && len(is.list) == 1:
		var mark json.RawMessage
		for _, b := range was.blocks {
			if isThere(b.CacheControl) {
				mark = b.CacheControl
			}
		}
		return instead(is.list[0], text, mark)
	}
	return errors.New("no placeholder")
}

// instead: a text block with a mark, or without.
func instead(raw json.RawMessage, text string, mark json.RawMessage) error {
	b := decode[block](raw)
	if b.Type != "text" || b.Text == nil || *b.Text != text || !bytes.Equal(b.CacheControl, mark) && (isThere(b.CacheControl) || isThere(mark)) {
		return fmt.Errorf("%s does not stand for what went", raw)
	}
	return nil
}
