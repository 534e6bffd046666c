package translate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/model"
)

// Translation is one request's way across the dialects, and home again. One goroutine owns it.
type Translation struct {
	// Call is the request in the target's dialect, newly parsed.
	Call    *dialect.Call
	from    *dialect.Call
	to      Target
	dropped []string          // what stayed behind although the meaning survived
	tools   map[string]string // the caller's names of tools whose names had to change, by what they became
	w       writer
	err     error

	past                pastCalls // of a chat
	saidFirst, saidLast string    // the roles of the first and the latest message written of it
}

// Target is what must be known of where the request goes.
type Target struct {
	Server model.Server
	Model  model.Facts
	// MaxTokens is the answer's bound where the target's dialect needs one and the caller's has none; 0 = a small default.
	MaxTokens int
}

// defaultMaxTokens is the answer's bound when nobody knows a better one.
const defaultMaxTokens = 4096

// Request translates a call of [dialect.Messages] into a chat completion, or the reverse. The model's name stays as it is. An
// error says what cannot cross without its meaning changing.
func Request(c *dialect.Call, to Target) (*Translation, error) {
	t := &Translation{from: c, to: to}
	api, endpoint := engine.OpenAI, dialect.ChatCompletions
	t.w.b = make([]byte, 0, len(c.Body)+len(c.Body)/8+256)
	switch c.Endpoint {
	case dialect.Messages:
		t.chat()
	case dialect.ChatCompletions:
		api, endpoint = engine.Anthropic, dialect.Messages
		t.messages()
	default:
		return nil, errors.New("translate: only messages and chat completions cross dialects")
	}
	if t.err != nil {
		return nil, fmt.Errorf("it cannot be told in the %s dialect: %w", api, t.err)
	}
	call, problem := dialect.Parse(api, endpoint, t.w.b)
	if problem != nil {
		return nil, fmt.Errorf("it cannot be told in the %s dialect: %s", api, problem.Message)
	}
	t.Call = call
	return t, nil
}

// Applied is the edit as x-spillway-edits tells it.
func (t *Translation) Applied() string {
	told := "translate;" + string(t.from.API) + "->" + string(t.Call.API)
	if dropped := slices.Compact(slices.Sorted(slices.Values(t.dropped))); len(dropped) > 0 {
		told += ";without=" + strings.Join(dropped, "+")
	}
	return told
}

// refusef notes why the request cannot cross. The first reason holds.
func (t *Translation) refusef(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
}

// refuse refuses a field that has no equivalent. An empty list asks for nothing; an empty object may.
func (t *Translation) refuse(name string, v gjson.Result) {
	if !v.IsArray() || v.Get("0").Exists() {
		t.refusef("%s has no equivalent", name)
	}
}

// Drop notes what stayed behind although the meaning survived, for [Translation.Applied].
func (t *Translation) Drop(name string) { t.dropped = append(t.dropped, name) }

// dropIf drops a member of an object if it has it.
func (t *Translation) dropIf(object value, names ...string) {
	for _, name := range names {
		if object.get(name) != nil {
			t.Drop(name)
		}
	}
}

// toolName is a tool's name as OpenAI takes it: at most 64 letters, digits, _ and -. Anthropic's may be longer.
func (t *Translation) toolName(name string) string {
	word := fitWord(name)
	if word != name {
		if t.tools == nil {
			t.tools = make(map[string]string)
		}
		t.tools[word] = strings.Clone(name)
	}
	return word
}

// ownName is a tool's name as the caller knows it.
func (t *Translation) ownName(name string) string {
	if own, ok := t.tools[name]; ok {
		return own
	}
	return name
}
