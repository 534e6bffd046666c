package dialect

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
)

// maxDepth is how deep a body may nest. Real requests stay under twenty; every parser behind us has a limit too.
const maxDepth = 512

// tooDeep is what the functions below return for JSON that nests deeper.
const tooDeep = math.MinInt

// The functions of this file walk over JSON without building anything. Each takes the offset of what it reads and returns
// the offset behind it; a negative result is the complement of the offset at which b is no JSON, or [tooDeep]. Inside
// strings they look for nothing but the end: what strings hold is the target's business.

func skipValue(b []byte, at, depth int) int {
	if at >= len(b) {
		return ^at
	}
	switch b[at] {
	case '"':
		return skipString(b, at)
	case '{':
		return skipObject(b, at, depth)
	case '[':
		return skipArray(b, at, depth)
	case 't':
		return skipWord(b, at, "true")
	case 'f':
		return skipWord(b, at, "false")
	case 'n':
		return skipWord(b, at, "null")
	default:
		return skipNumber(b, at)
	}
}

func skipObject(b []byte, at, depth int) int {
	if depth >= maxDepth {
		return tooDeep
	}
	at = skipSpace(b, at+1)
	if is(b, at, '}') {
		return at + 1
	}
	for {
		if at = skipKey(b, at); at < 0 {
			return at
		}
		if at = skipValue(b, at, depth+1); at < 0 {
			return at
		}
		if at = skipSpace(b, at); is(b, at, '}') {
			return at + 1
		}
		if !is(b, at, ',') {
			return ^at
		}
		at = skipSpace(b, at+1)
	}
}

// skipKey reads a key and the colon, up to the first byte of the value.
func skipKey(b []byte, at int) int {
	if !is(b, at, '"') {
		return ^at
	}
	if at = skipString(b, at); at < 0 {
		return at
	}
	if at = skipSpace(b, at); !is(b, at, ':') {
		return ^at
	}
	return skipSpace(b, at+1)
}

func skipArray(b []byte, at, depth int) int {
	if depth >= maxDepth {
		return tooDeep
	}
	at = skipSpace(b, at+1)
	if is(b, at, ']') {
		return at + 1
	}
	for {
		if at = skipValue(b, at, depth+1); at < 0 {
			return at
		}
		if at = skipSpace(b, at); is(b, at, ']') {
			return at + 1
		}
		if !is(b, at, ',') {
			return ^at
		}
		at = skipSpace(b, at+1)
	}
}

// skipString reads a string from its opening quote. A quote ends it unless an odd number of backslashes stands before:
// looking back from the quotes is much faster than stopping at every backslash, of which source code is full.
func skipString(b []byte, at int) int {
	for {
		if at = indexQuote(b, at+1); at < 0 {
			return ^len(b)
		}
		slashes := at
		for b[slashes-1] == '\\' {
			slashes--
		}
		if (at-slashes)&1 == 0 {
			return at + 1
		}
	}
}

// indexQuote finds the next quote, -1 when there is none. Most strings are short keys and words, for which two machine
// words are looked at faster than a vector routine is called.
func indexQuote(b []byte, at int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for range 2 {
		if at+8 > len(b) {
			break
		}
		word := binary.LittleEndian.Uint64(b[at:]) ^ '"'*ones
		if found := (word - ones) &^ word & highs; found != 0 {
			return at + bits.TrailingZeros64(found)>>3
		}
		at += 8
	}
	next := bytes.IndexByte(b[at:], '"')
	if next < 0 {
		return -1
	}
	return at + next
}

func skipWord(b []byte, at int, word string) int {
	for i := range len(word) {
		if !is(b, at+i, word[i]) {
			return ^(at + i)
		}
	}
	return at + len(word)
}

func skipNumber(b []byte, at int) int {
	if b[at] == '-' {
		at++
	}
	if is(b, at, '0') {
		at++
	} else if at = skipDigits(b, at); at < 0 {
		return at
	}
	if is(b, at, '.') {
		if at = skipDigits(b, at+1); at < 0 {
			return at
		}
	}
	if is(b, at, 'e') || is(b, at, 'E') {
		if at++; is(b, at, '+') || is(b, at, '-') {
			at++
		}
		return skipDigits(b, at)
	}
	return at
}

// skipDigits reads at least one.
func skipDigits(b []byte, at int) int {
	from := at
	for at < len(b) && '0' <= b[at] && b[at] <= '9' {
		at++
	}
	if at == from {
		return ^at
	}
	return at
}

func skipSpace(b []byte, at int) int {
	if at < len(b) && b[at] <= ' ' {
		return skipSpaces(b, at)
	}
	return at
}

func skipSpaces(b []byte, at int) int {
	for at < len(b) && (b[at] == ' ' || b[at] == '\n' || b[at] == '\t' || b[at] == '\r') {
		at++
	}
	return at
}

func is(b []byte, at int, c byte) bool { return at < len(b) && b[at] == c }
