package translate

import "github.com/tidwall/gjson"

// writer appends JSON to bytes. It sets commas by what stands before; the caller opens and closes in pairs.
type writer struct{ b []byte }

func (w *writer) comma() {
	if n := len(w.b); n > 0 {
		switch w.b[n-1] {
		case '{', '[', ':', ',':
		default:
			w.b = append(w.b, ',')
		}
	}
}

func (w *writer) open(c byte) { w.comma(); w.b = append(w.b, c) }

func (w *writer) end(c byte) { w.b = append(w.b, c) }

// key begins a member. Keys are words of the protocols and need no escapes.
func (w *writer) key(name string) *writer {
	w.comma()
	w.b = append(append(append(w.b, '"'), name...), `":`...)
	return w
}

// name begins a member whose name is the document's own.
func (w *writer) name(key gjson.Result) { w.comma(); w.b = append(append(w.b, key.Raw...), ':') }

// member writes a member of a document as it stands there.
func (w *writer) member(key, value gjson.Result) { w.name(key); w.raw(value.Raw) }

// raw writes a value as it stands.
func (w *writer) raw(value string) { w.comma(); w.b = append(w.b, value...) }

func (w *writer) word(value string) { w.comma(); w.b = append(append(append(w.b, '"'), value...), '"') }

// value writes a value of the request as it stands there.
func (w *writer) value(v value) { w.comma(); w.b = append(w.b, v...) }

// newline is how a string says it.
const newline = `\n`

// joined writes texts as one, behind an intro; that and what stands between them need no escapes.
func (w *writer) joined(intro, between string, texts ...value) {
	w.comma()
	w.b = append(append(w.b, '"'), intro...)
	for i, text := range texts {
		if i > 0 {
			w.b = append(w.b, between...)
		}
		w.b = append(w.b, text.inside()...)
	}
	w.b = append(w.b, '"')
}

// text writes a string with its escapes.
func (w *writer) text(value string) { w.comma(); w.b = gjson.AppendJSONString(w.b, value) }
