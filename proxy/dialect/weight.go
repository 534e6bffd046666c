package dialect

import (
	"bytes"
	"encoding/binary"

	"spillway/proxy/model"
	"spillway/proxy/rawjson"
)

// What parts of a prompt cost beside their text, in tokens. Images cost width x height / 750, at most about this much; the
// others are rough.
const (
	imageTokens      = 1600
	messageTokens    = 4
	toolSystemTokens = 350
	// documentShare is how many bytes of a document in base64 stand for a token: a page is about 2,000 tokens and 60 KB.
	documentShare = 30
)

// wideTokens is what a character of three bytes or more costs: Chinese, Japanese and Korean take 1 to 1.5 tokens.
const wideTokens = 1.25

// Weight is a part of a prompt before it is known in which tokens it is counted.
type Weight struct {
	text  int // bytes
	wide  int // characters of three bytes or more, which are not in text
	fixed int // tokens
}

func (w *Weight) add(more Weight) {
	w.text += more.text
	w.wide += more.wide
	w.fixed += more.fixed
}

// Tokens estimates, without a tokenizer, how many tokens a model takes a part for.
func (w Weight) Tokens(facts model.Facts) int {
	return w.fixed + int(float64(w.text)/facts.Text+wideTokens*float64(w.wide))
}

// textWeight weighs a value as it stands in the body, each escape as the character it is.
func textWeight(value []byte) Weight {
	size := len(value)
	if size > 0 && value[0] == '"' {
		size -= len(`""`)
	}
	wide, their := wideRunes(value)
	return Weight{text: size - their - bytes.Count(value, []byte(`\`)) - 2*bytes.Count(value, []byte(`\u`)), wide: wide}
}

// wideRunes counts the characters of three bytes or more, and those bytes. It looks at eight bytes at once, of which most
// texts have none.
func wideRunes(b []byte) (count, size int) {
	const highs = 0x8080808080808080
	for len(b) > 0 {
		if len(b) >= 8 && binary.LittleEndian.Uint64(b)&highs == 0 {
			b = b[8:]
			continue
		}
		for _, c := range b[:min(8, len(b))] {
			switch {
			case c >= 0xf0:
				count++
				size += 4
			case c >= 0xe0:
				count++
				size += 3
			}
		}
		b = b[min(8, len(b)):]
	}
	return count, size
}

// documentWeight weighs a file by its kind: text by its length, anything else by how much data there is.
func documentWeight(b part) Weight {
	data := b.data
	for key, value := range rawjson.Members(b.source) {
		switch string(key) {
		case "type":
			if kind := rawjson.Word(value); kind == "text" || kind == "content" {
				return textWeight(b.source)
			}
		case "data":
			data += len(value)
		}
	}
	return Weight{fixed: max(imageTokens, data/documentShare)}
}

// thinkingWeight weighs thinking by its text. Where that is left out or encrypted, the target still reads all of it, and it is
// in the signature or the data, in base64.
func thinkingWeight(b part) Weight {
	if rawjson.IsText(b.text) {
		return textWeight(b.text)
	}
	return Weight{text: len(b.sealed) * 3 / 4}
}
