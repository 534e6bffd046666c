package translate

import (
	"errors"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"spillway/engine"
)

// Home says what an answer has to be told beside its own words.
type Home struct {
	// ID names the answer where the target does not, and Created is when it came, in seconds since 1970.
	ID      string
	Created int64
	// Model answers where the target does not say who does.
	Model string
}

// Whole tells a target's whole answer in the caller's dialect. The body is JSON. An error means that it is no answer that could
// be told.
func (t *Translation) Whole(body []byte, home Home) ([]byte, error) {
	doc := view(body)
	if t.from.API == engine.Anthropic {
		return t.wholeMessage(doc, home)
	}
	return t.wholeChat(doc, home)
}

var (
	errNoAnswer  = errors.New("translate: the answer has no message")
	errArguments = errors.New("translate: the arguments of a tool call are no JSON object")
)

func (h Home) messageID(id gjson.Result) string {
	return "msg_" + fitWord(strings.TrimPrefix(orElse(id, h.ID), "chatcmpl-"))
}

func (h Home) chatID(id gjson.Result) string {
	return "chatcmpl-" + strings.TrimPrefix(orElse(id, h.ID), "msg_")
}

// toolID is a tool call's id as Anthropic takes it; some servers give none. nth counts the answer's calls.
func (h Home) toolID(id string, nth int) string {
	if id == "" {
		id = "call_" + h.ID + "_" + strconv.Itoa(nth)
	}
	return toolID(id)
}

// orElse is a document's text, in memory of its own; otherwise where it has none.
func orElse(r gjson.Result, otherwise string) string {
	if text := r.String(); text != "" {
		return strings.Clone(text)
	}
	return otherwise
}
