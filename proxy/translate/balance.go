package translate

// balance follows a JSON object that comes in pieces, and knows when it is complete.
type balance struct {
	depth         int
	text, escaped bool
	begun         bool // something other than white space came
	complete      bool
	odd           bool // it is no object, or something follows it
}

func (b *balance) add(piece string) {
	for i := range len(piece) {
		switch c := piece[i]; {
		case b.escaped:
			b.escaped = false
		case b.text:
			b.escaped, b.text = c == '\\', c != '"'
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		default:
			b.odd = b.odd || b.complete || !b.begun && c != '{'
			b.begun = true
			b.structure(c)
		}
	}
}

func (b *balance) structure(c byte) {
	switch c {
	case '"':
		b.text = true
	case '{', '[':
		b.depth++
	case '}', ']':
		b.depth--
		b.complete = b.depth <= 0
	}
}
