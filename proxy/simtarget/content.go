package simtarget

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// Content is what a model says, in the order of the fields.
type Content struct {
	// Thinking is its reasoning; "" = none.
	Thinking string
	// Text is what it says; "" = nothing.
	Text string
	// Tools are the tools it calls, in parallel when there are several.
	Tools []Tool
	// Refused is a refusal without any content.
	Refused bool
	// Cut says that the answer reached max_tokens.
	Cut bool
}

// Tool is one call of a tool. Input is a JSON object; "" = a tool without arguments, whose streamed input is empty.
type Tool struct{ Name, Input string }

// Says answers with content: as a message, a chat completion or a response, whole or as a stream, whichever was asked
// for. Token counts and lists of models are answered too; any other path is a 404.
func Says(c Content) Behaviour {
	return func(r *Seen) Answer {
		switch r.service() {
		case messages:
			return c.answer(r, anthropicMessage, anthropicEvents)
		case chat:
			return c.answer(r, chatCompletion, chatEvents)
		case responses:
			return c.answer(r, response, responseEvents)
		case countTokens:
			return whole(r, "ok", 200, fmt.Appendf(nil, `{"input_tokens":%d}`, r.inputTokens()))
		case models:
			return listing(r)
		}
		return Fails(Fault{Status: 404, Type: "not_found_error", Message: "Not Found"})(r)
	}
}

// Message answers with text.
func Message(text string) Behaviour { return Says(Content{Text: text}) }

// ToolUse answers with one call of a tool.
func ToolUse(name, input string) Behaviour { return Says(Content{Tools: []Tool{{name, input}}}) }

// Refusal answers that the model declines, with no content block at all.
func Refusal() Behaviour { return Says(Content{Refused: true}) }

func (c Content) answer(r *Seen, one func(*Seen, Content) []byte, many func(*Seen, Content) []Piece) Answer {
	if r.Stream() {
		return streamed(r, "ok", many(r, c))
	}
	return whole(r, "ok", 200, one(r, c))
}

// outputTokens is a rough count of what was said.
func (c Content) outputTokens() int {
	n := 1 + len(c.Thinking)/4 + len(c.Text)/4
	for _, t := range c.Tools {
		n += len(t.Name)/4 + len(t.Input)/4
	}
	return n
}

// words splits text the way models stream it.
func words(text string) []string {
	if text == "" {
		return nil
	}
	return strings.SplitAfter(text, " ")
}

// quote renders text as a JSON string.
func quote(text string) string {
	return string(gjson.AppendJSONString(nil, text))
}

// id makes an identifier that says which request, and which part of its answer, it belongs to.
func id(prefix string, r *Seen, part int) string {
	return fmt.Sprintf("%s_sim%06dx%d", prefix, r.N, part)
}

// arguments is the tool's input as a whole.
func (t Tool) arguments() string {
	if t.Input == "" {
		return "{}"
	}
	return t.Input
}

// fragments is the tool's input as it is streamed: cut where no JSON parser would cut it.
func (t Tool) fragments() []string {
	if t.Input == "" {
		return []string{""}
	}
	half := len(t.Input) / 2
	for half > 0 && t.Input[half]&0xC0 == 0x80 {
		half-- // not inside a character
	}
	return []string{"", t.Input[:half], t.Input[half:]}
}
