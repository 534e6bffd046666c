package translate

import (
	"crypto/sha256"
	"encoding/hex"
)

// How long the id of a tool call may be: at Anthropic, and at OpenAI, which refuses longer ones with string_above_max_length.
// A function's name may have as many characters at OpenAI as an id at Anthropic.
const (
	maxToolID = 64
	maxCallID = 40
)

// toolID is an id as Anthropic takes it: letters, digits, _ and -, at most 64. Some servers make others, such as
// "functions.Bash:0". An id that has to change gets a piece of its hash, so that no two become the same; being a function of
// the id alone, it is the same in a call and in its result.
func toolID(id string) string { return fitWord(id) }

// callID is an id as OpenAI takes it, which may be of any characters.
func callID(id string) string {
	if len(id) <= maxCallID {
		return id
	}
	return shorten(id, id, maxCallID)
}

// fitWord makes a word of letters, digits, _ and - of a text.
func fitWord(text string) string {
	fits := text != "" && len(text) <= maxToolID
	word := make([]byte, 0, maxToolID)
	for i := range len(text) {
		c := text[i]
		if !isWordByte(c) {
			fits, c = false, '_'
		}
		if len(word) < cap(word) {
			word = append(word, c)
		}
	}
	if fits {
		return text
	}
	return shorten(string(word), text, maxToolID)
}

// shorten is a word of at most that many bytes with a piece of its text's hash.
func shorten(word, text string, most int) string {
	sum := sha256.Sum256([]byte(text))
	tail := "_" + hex.EncodeToString(sum[:5])
	return word[:min(len(word), most-len(tail))] + tail
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}
