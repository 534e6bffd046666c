package proof

import (
	"encoding/json"
	"fmt"
)

// Request is a request as the rules see it.
type Request struct {
	Body []byte

	frame
	messages []*message
	starts   []int // where turns begin
}

// frame is what rules say of the rest of a request.
type frame struct {
	Messages     []json.RawMessage `json:"messages"`
	System       json.RawMessage   `json:"system"`
	Tools        json.RawMessage   `json:"tools"`
	CacheControl json.RawMessage   `json:"cache_control"`
	MaxTokens    int               `json:"max_tokens"`
	Thinking     struct {
		Type   string `json:"type"`
		Budget int    `json:"budget_tokens"`
	} `json:"thinking"`
}

// message is one of either dialect.
type message struct {
	Role         string          `json:"role"`
	Content      json.RawMessage `json:"content"`
	ToolCalls    json.RawMessage `json:"tool_calls"`
	ToolCallID   string          `json:"tool_call_id"`
	FunctionCall json.RawMessage `json:"function_call"`
	Audio        json.RawMessage `json:"audio"`
	Refusal      json.RawMessage `json:"refusal"`
	Reasoning    json.RawMessage `json:"reasoning_content"`

	content content
	calls   []block
}

// content is a string or a list of blocks.
type content struct {
	text   string
	isList bool
	list   []json.RawMessage
	blocks []block
}

// block is a part of a content, a tool, or a call.
type block struct {
	Type         string          `json:"type"`
	Text         *string         `json:"text"`
	ID           string          `json:"id"`
	ToolUseID    string          `json:"tool_use_id"`
	Name         string          `json:"name"`
	Content      json.RawMessage `json:"content"`
	CacheControl json.RawMessage `json:"cache_control"`
	Function     struct {
		Name string `json:"name"`
	} `json:"function"`
	Custom struct {
		Name string `json:"name"`
	} `json:"custom"`

	content content // of a result
}

// reader reads requests. It remembers messages, for those of a conversation come again and again.
type reader map[string]*message

func (r reader) read(body []byte) (*Request, error) {
	request := &Request{Body: body}
	if err := json.Unmarshal(body, &request.frame); err != nil {
		return nil, fmt.Errorf("read a request: %w", err)
	}
	return request, r.open(request)
}

// open opens the messages of a request.
func (r reader) open(request *Request) error {
	for _, raw := range request.Messages {
		m, known := r[string(raw)]
		if !known {
			var err error
			if m, err = readMessage(raw); err != nil {
				return err
			}
			r[string(raw)] = m
		}
		request.messages = append(request.messages, m)
	}
	request.findTurns()
	return nil
}

func readMessage(raw json.RawMessage) (*message, error) {
	m := &message{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("read a message: %w", err)
	}
	m.content = readContent(m.Content)
	m.calls = decode[[]block](m.ToolCalls)
	return m, nil
}

func readContent(raw json.RawMessage) (c content) {
	if c.isList = len(raw) > 0 && raw[0] == '['; !c.isList {
		c.text = decode[string](raw)
		return c
	}
	c.list = decode[[]json.RawMessage](raw)
	c.blocks = decode[[]block](raw)
	for i, b := range c.blocks {
		if b.Type == "tool_result" {
			c.blocks[i].content = readContent(b.Content)
		}
	}
	return c
}

// decode is the zero value when there is no such thing.
func decode[T any](raw json.RawMessage) (value T) {
	if isThere(raw) {
		_ = json.Unmarshal(raw, &value)
	}
	return value
}

func isThere(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// findTurns: a turn begins with a message of the user's, without results, after something of the assistant's.
func (r *Request) findTurns() {
	before := ""
	for i, m := range r.messages {
		if m.Role == "user" && before != "user" && !m.hasResults() {
			r.starts = append(r.starts, i)
		}
		if m.Role != "system" && m.Role != "developer" {
			before = m.Role
		}
	}
}

func (m *message) hasResults() bool {
	for _, b := range m.content.blocks {
		if b.Type == "tool_result" {
			return true
		}
	}
	return m.Role == "tool" || m.Role == "function"
}

// Loop is the message with which the current tool loop begins.
func (r *Request) Loop() int {
	if len(r.starts) == 0 {
		return 0
	}
	return r.starts[len(r.starts)-1]
}

// IsOpen says whether the assistant has said something in the current loop.
func (r *Request) IsOpen() bool {
	for _, m := range r.messages[r.Loop():] {
		if m.Role == "assistant" {
			return true
		}
	}
	return false
}
