package translate

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
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

// pastCalls are the tool calls of a chat so far.
type pastCalls struct {
	ids   map[string]int // by id, how many calls have had it
	names []string       // of tools, each once
}

// call is the id of the next call. Servers that count calls anew in each answer use an id again; Anthropic refuses that, so a
// later call gets another, the same each time that the conversation comes.
func (p *pastCalls) call(id string) string {
	if p.ids == nil {
		p.ids = make(map[string]int)
	}
	p.ids[id]++
	return p.result(id)
}

// result is the id of the latest call that had it.
func (p *pastCalls) result(id string) string {
	if n := p.ids[id]; n > 1 {
		id += "#" + strconv.Itoa(n)
	}
	return toolID(id)
}

// of notes a call's tool.
func (p *pastCalls) of(name string) string {
	if !slices.Contains(p.names, name) {
		p.names = append(p.names, name)
	}
	return name
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
