package translate

import (
	"crypto/sha256"
	"encoding/hex"
)

// maxToolID is how long Anthropic lets the id of a tool call be. A name may have as many in the OpenAI dialect.
const maxToolID = 64

// toolID is an id as Anthropic takes it: letters, digits, _ and -, at most 64. Some servers make others, such as
// "functions.Bash:0". An id that has to change gets a piece of its hash, so that no two become the same; being a function of
// the id alone, it is the same in a call and in its result.
func toolID(id string) string { return fitWord(id) }

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
	sum := sha256.Sum256([]byte(text))
	tail := "_" + hex.EncodeToString(sum[:5])
	return string(word[:min(len(word), maxToolID-len(tail))]) + tail
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}
