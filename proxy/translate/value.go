package translate

import (
	"bytes"
	"iter"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"

	"spillway/proxy/rawjson"
)

// value is a value of a request as it stands there, nil where there is none. The request has been scanned, so that what nobody
// asks for is leapt over; and texts that only go elsewhere keep their escapes.
type value []byte

// quoted is a text as a value.
func quoted(text string) value { return gjson.AppendJSONString(nil, text) }

// elements yields the elements of a list. Any other value is its own only one, and null has none.
func (v value) elements() iter.Seq[value] {
	return func(yield func(value) bool) {
		switch {
		case len(v) == 0 || v[0] == 'n':
		case v[0] == '[':
			for element := range rawjson.Elements(v) {
				if !yield(element) {
					return
				}
			}
		default:
			yield(v)
		}
	}
}

// hasAny says whether v is a list with an element.
func (v value) hasAny() bool {
	for range rawjson.Elements(v) {
		return true
	}
	return false
}

// members yields the members of an object by their names.
func (v value) members() iter.Seq2[string, value] {
	return func(yield func(string, value) bool) {
		for key, member := range rawjson.Members(v) {
			name := unsafe.String(unsafe.SliceData(key), len(key))
			if bytes.IndexByte(key, '\\') >= 0 {
				name = gjson.Parse(`"` + name + `"`).Str
			}
			if !yield(name, member) {
				return
			}
		}
	}
}

// get is a member of an object.
func (v value) get(name string) value {
	for key, member := range v.members() {
		if key == name {
			return member
		}
	}
	return nil
}

func (v value) isText() bool   { return len(v) > 0 && v[0] == '"' }
func (v value) isObject() bool { return len(v) > 0 && v[0] == '{' }

// text is a string's text, "" where v is none. It may lie in the request's memory.
func (v value) text() string {
	if !v.isText() {
		return ""
	}
	return view(v).Str
}

// plain is the text of a value of any kind; null has none.
func (v value) plain() string { return view(v).String() }

// inside is what stands between a string's quotes.
func (v value) inside() []byte {
	if !v.isText() {
		return nil
	}
	return v[1 : len(v)-1]
}

// blank says whether a value is no text, or one of white space alone.
func (v value) blank() bool {
	inside := v.inside()
	if len(inside) > 0 && inside[0] > ' ' && inside[0] != '\\' && inside[0] < 0x80 {
		return false
	}
	return strings.TrimSpace(v.text()) == ""
}
