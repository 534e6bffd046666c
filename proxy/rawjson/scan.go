package rawjson

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
)

// MaxDepth is how deep a value may nest. Real requests stay under twenty; every parser behind us has a limit too.
const MaxDepth = 512

// TooDeep is what the functions below return for JSON that nests deeper.
const TooDeep = math.MinInt

// SkipValue reads a value that stands depth levels deep. Like the other functions of this file it takes the offset of what it
// reads and returns the offset behind it; a negative result is the complement of the offset at which b is no JSON, or
// [TooDeep]. Inside strings they look for nothing but the end: what strings hold is the target's business.
func SkipValue(b []byte, at, depth int) int {
	if at >= len(b) {
		return ^at
	}
	if depth <= 1 && len(b)-at >= vectorFrom && (b[at] == '{' || b[at] == '[') {
		if end := skipLarge(b, at); end > 0 {
			return end
		}
	}
	switch b[at] {
	case '"':
		return SkipString(b, at)
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
	if depth >= MaxDepth {
		return TooDeep
	}
	at = SkipSpace(b, at+1)
	if Is(b, at, '}') {
		return at + 1
	}
	for {
		if at = SkipKey(b, at); at < 0 {
			return at
		}
		if at = SkipValue(b, at, depth+1); at < 0 {
			return at
		}
		if at = SkipSpace(b, at); Is(b, at, '}') {
			return at + 1
		}
		if !Is(b, at, ',') {
			return ^at
		}
		at = SkipSpace(b, at+1)
	}
}

// SkipKey reads a key and the colon, up to the first byte of the value.
func SkipKey(b []byte, at int) int {
	if !Is(b, at, '"') {
		return ^at
	}
	if at = SkipString(b, at); at < 0 {
		return at
	}
	if at = SkipSpace(b, at); !Is(b, at, ':') {
		return ^at
	}
	return SkipSpace(b, at+1)
}

func skipArray(b []byte, at, depth int) int {
	if depth >= MaxDepth {
		return TooDeep
	}
	at = SkipSpace(b, at+1)
	if Is(b, at, ']') {
		return at + 1
	}
	for {
		if at = SkipValue(b, at, depth+1); at < 0 {
			return at
		}
		if at = SkipSpace(b, at); Is(b, at, ']') {
			return at + 1
		}
		if !Is(b, at, ',') {
			return ^at
		}
		at = SkipSpace(b, at+1)
	}
}

// manyEscapes is how many escaped quotes a string has before vector instructions are worth the call.
const manyEscapes = 4

// SkipString reads a string from its opening quote. A quote ends it unless an odd number of backslashes stands before:
// looking back from the quotes is much faster than stopping at every backslash, of which source code is full.
func SkipString(b []byte, at int) int {
	from := at
	for escaped := 0; ; escaped++ {
		if escaped == manyEscapes {
			if end := skipLarge(b, from); end > 0 {
				return end
			}
		}
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
		if !Is(b, at+i, word[i]) {
			return ^(at + i)
		}
	}
	return at + len(word)
}

func skipNumber(b []byte, at int) int {
	if b[at] == '-' {
		at++
	}
	if Is(b, at, '0') {
		at++
	} else if at = skipDigits(b, at); at < 0 {
		return at
	}
	if Is(b, at, '.') {
		if at = skipDigits(b, at+1); at < 0 {
			return at
		}
	}
	if Is(b, at, 'e') || Is(b, at, 'E') {
		if at++; Is(b, at, '+') || Is(b, at, '-') {
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

// SkipSpace reads white space, which may be none.
func SkipSpace(b []byte, at int) int {
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

// Is says whether the byte at an offset is c.
func Is(b []byte, at int, c byte) bool { return at < len(b) && b[at] == c }
