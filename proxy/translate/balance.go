package translate

import (
	"strings"

	"github.com/tidwall/gjson"

	"spillway/proxy/rawjson"
)

// balance follows a JSON object that comes in pieces: it knows when it is complete, and when it can be none any more.
type balance struct {
	nested   []byte // the brackets that are open
	next     expected
	scalar   []byte // of a number or a word, what came
	escape   []byte // of an escape, what came after the backslash
	text     bool   // in a string,
	escaped  bool   // in an escape of it
	begun    bool   // something other than white space came
	complete bool
	odd      bool // it is no object, or something follows it
}

// expected is what a JSON text goes on with.
type expected byte

const (
	aValue expected = iota
	aValueOrEnd
	aKey
	aKeyOrEnd
	aColon
	aCommaOrEnd
	moreOfScalar
)

// maxScalar is how many bytes a number may have; none that is meant is near.
const maxScalar = 1 << 10

func (b *balance) add(piece string) {
	for i := 0; i < len(piece) && !b.odd; i++ {
		switch c := piece[i]; {
		case b.escaped:
			b.escapeGoesOn(c)
		case b.text:
			b.escaped, b.text = c == '\\', c != '"'
			b.odd = c < ' '
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			b.endScalar()
		default:
			b.odd = b.complete || !b.begun && c != '{'
			b.begun = true
			b.structure(c)
		}
	}
}

func (b *balance) escapeGoesOn(c byte) {
	b.escape = append(b.escape, c)
	if b.escape[0] == 'u' && len(b.escape) < len("uFFFF") {
		return
	}
	b.odd = !gjson.Valid(`"\` + string(b.escape) + `"`)
	b.escaped, b.escape = false, b.escape[:0]
}

func (b *balance) structure(c byte) {
	if strings.IndexByte(",]}", c) >= 0 {
		b.endScalar()
	}
	switch c {
	case '{':
		b.open(c, aKeyOrEnd)
	case '[':
		b.open(c, aValueOrEnd)
	case '}':
		b.close('{', aKeyOrEnd)
	case ']':
		b.close('[', aValueOrEnd)
	case '"':
		if b.text = true; b.next == aKey || b.next == aKeyOrEnd {
			b.next = aColon
			return
		}
		b.value(aCommaOrEnd)
	case ':':
		b.odd = b.odd || b.next != aColon
		b.next = aValue
	case ',':
		b.odd = b.odd || b.next != aCommaOrEnd
		if b.next = aValue; b.inside('{') {
			b.next = aKey
		}
	default:
		if b.next != moreOfScalar {
			b.value(moreOfScalar)
		}
		b.scalar = append(b.scalar, c)
		b.odd = b.odd || len(b.scalar) > maxScalar
	}
}

func (b *balance) inside(bracket byte) bool {
	return len(b.nested) > 0 && b.nested[len(b.nested)-1] == bracket
}

// value begins a value, which is followed by next.
func (b *balance) value(next expected) {
	b.odd = b.odd || b.next != aValue && b.next != aValueOrEnd
	b.next = next
}

func (b *balance) open(bracket byte, next expected) {
	b.value(next)
	b.nested = append(b.nested, bracket)
	b.odd = b.odd || len(b.nested) > rawjson.MaxDepth
}

// close ends what a bracket opened; empty is what is expected when nothing came since.
func (b *balance) close(bracket byte, empty expected) {
	if !b.inside(bracket) || b.next != aCommaOrEnd && b.next != empty {
		b.odd = true
		return
	}
	b.nested = b.nested[:len(b.nested)-1]
	b.next, b.complete = aCommaOrEnd, len(b.nested) == 0
}

// endScalar ends a number or a word, if one was begun.
func (b *balance) endScalar() {
	if b.next == moreOfScalar {
		b.odd = b.odd || !gjson.ValidBytes(b.scalar)
		b.scalar, b.next = b.scalar[:0], aCommaOrEnd
	}
}
