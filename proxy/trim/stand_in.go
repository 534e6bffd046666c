package trim

import (
	"github.com/tidwall/gjson"

	"spillway/proxy/grammar"
)

const (
	defaultPlaceholder = "[old tool result cleared]"
	imagePlaceholder   = `"[image dropped]"`
)

// placeholder is what is written for a tool's result, in the shape the result had.
type placeholder struct {
	text []byte // a JSON string
	list []byte // a list with a text block
}

func newPlaceholder(text string) placeholder {
	if text == "" {
		text = defaultPlaceholder
	}
	p := placeholder{text: gjson.AppendJSONString(nil, text)}
	p.list = listOf(textBlock(p.text, nil))
	return p
}

// instead of a result's content. A cache breakpoint in it, the last if there are several, stays.
func (p placeholder) instead(content []byte) []byte {
	if !grammar.IsList(content) {
		return p.text
	}
	var mark []byte
	for b := range grammar.Parts(content) {
		if b.CacheControl != nil {
			mark = b.CacheControl
		}
	}
	if mark == nil {
		return p.list
	}
	return listOf(textBlock(p.text, mark))
}

// insteadOfImage is a text block with the image's cache breakpoint.
func insteadOfImage(b grammar.Part) []byte {
	return textBlock([]byte(imagePlaceholder), b.CacheControl)
}

func textBlock(text, mark []byte) []byte {
	b := append([]byte(`{"type":"text","text":`), text...)
	if mark != nil {
		b = append(append(b, `,"cache_control":`...), mark...)
	}
	return append(b, '}')
}

func listOf(block []byte) []byte { return append(append([]byte{'['}, block...), ']') }
