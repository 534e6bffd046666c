package grammar

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// isNothing says whether a string value is "".
func isNothing(value []byte) bool { return string(value) == `""` }

// IsBlank says whether a string value holds white space only, or nothing.
func IsBlank(value []byte) bool {
	for text := value[1 : len(value)-1]; len(text) > 0; {
		r, size := firstRune(text)
		if !unicode.IsSpace(r) {
			return false
		}
		text = text[size:]
	}
	return true
}

// firstRune is the first character of what stands between a string's quotes, and how many bytes it takes there.
func firstRune(text []byte) (rune, int) {
	if text[0] != '\\' || len(text) < 2 {
		return utf8.DecodeRune(text)
	}
	switch text[1] {
	case 'n', 't', 'r', 'f':
		return ' ', 2
	case 'u':
		code, err := strconv.ParseUint(string(text[2:min(6, len(text))]), 16, 32)
		if err != nil {
			return utf8.RuneError, 2
		}
		return rune(code), min(6, len(text))
	default:
		return utf8.RuneError, 2
	}
}
