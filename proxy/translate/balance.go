package translate

// balance follows JSON that comes in pieces, and knows when its one object is complete.
type balance struct {
	depth           int
	text, escaped   bool
	begun, finished bool
}

func (b *balance) add(piece string) {
	for i := range len(piece) {
		c := piece[i]
		switch {
		case b.escaped:
			b.escaped = false
		case b.text:
			b.escaped, b.text = c == '\\', c != '"'
		case c == '"':
			b.text = true
		case c == '{' || c == '[':
			b.depth++
			b.begun = true
		case c == '}' || c == ']':
			b.depth--
			b.finished = b.depth <= 0
		}
	}
}

func (b *balance) complete() bool { return b.begun && b.finished && !b.text }
