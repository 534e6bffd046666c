package dialect

import (
	"bytes"

	"spillway/engine"
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

// weight is a part of a prompt before it is known in which tokens it is counted.
type weight struct {
	text  int // bytes
	fixed int // tokens
}

func (w *weight) add(more weight) {
	w.text += more.text
	w.fixed += more.fixed
}

// tokens estimates without a tokenizer: three bytes a token for Claude, three and a half for OpenAI's models.
func (w weight) tokens(api engine.API) int {
	if api == engine.OpenAI {
		return w.fixed + w.text*2/7
	}
	return w.fixed + w.text/3
}

// textWeight weighs a value as it stands in the body, each escape as the character it is.
func textWeight(value []byte) weight {
	size := len(value)
	if size > 0 && value[0] == '"' {
		size -= len(`""`)
	}
	return weight{text: size - bytes.Count(value, []byte(`\`)) - 2*bytes.Count(value, []byte(`\u`))}
}

// documentWeight weighs a file by its kind: text by its length, anything else by how much data there is.
func documentWeight(b part) weight {
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
	return weight{fixed: max(imageTokens, data/documentShare)}
}
