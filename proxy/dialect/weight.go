package dialect

import (
	"encoding/binary"
	"math/bits"

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
	r := readRunes(value)
	return Weight{text: size - r.wideSize - r.escapes - 2*r.codes, wide: r.wide}
}

// runes is what a text has besides characters of one byte.
type runes struct {
	wide, wideSize int // characters of three bytes or more, and their bytes
	escapes, codes int // backslashes, and those before a u
}

// readRunes looks at eight bytes at once: prompts are mostly English and source code, full of escapes.
func readRunes(b []byte) (r runes) {
	const highs = 0x8080808080808080
	escaped := uint64(0) // the byte before is a backslash
	for ; len(b) >= 8; b = b[8:] {
		word := binary.LittleEndian.Uint64(b)
		if word&highs != 0 {
			r.countWide(b[:8])
		}
		slashes := bytesEqual(word, '\\')
		r.escapes += bits.OnesCount64(slashes)
		if slashes|escaped != 0 {
			r.codes += bits.OnesCount64((slashes<<8 | escaped) & bytesEqual(word, 'u'))
		}
		escaped = slashes >> 56
	}
	for _, c := range b {
		if escaped != 0 && c == 'u' {
			r.codes++
		}
		if escaped = 0; c == '\\' {
			r.escapes++
			escaped = 1
		}
	}
	r.countWide(b)
	return r
}

// bytesEqual has the highest bit of each byte set that is c.
func bytesEqual(word uint64, c byte) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	word ^= uint64(c) * ones
	return ^((word&^highs + ^uint64(highs)) | word) & highs
}

func (r *runes) countWide(b []byte) {
	for _, c := range b {
		switch {
		case c >= 0xf0:
			r.wide++
			r.wideSize += 4
		case c >= 0xe0:
			r.wide++
			r.wideSize += 3
		}
	}
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
