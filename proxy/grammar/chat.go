package grammar

import (
	"errors"

	"spillway/proxy/dialect"
)

// chat goes through a request of OpenAI's Chat Completions. A call may reuse an id of an earlier one once that was answered.
type chat struct {
	index    int
	made     int // the last assistant's message
	calls    pairing
	function bool // the message before calls a function in the old form, which has no id
}

func checkChat(c *dialect.Call) error {
	list := c.Value("messages")
	if !IsList(list) || IsEmpty(list) {
		return errors.New("messages: expected at least one")
	}
	check := chat{calls: pairing{reuse: true}}
	for p := range Parts(list) {
		if err := check.message(p); err != nil {
			return err
		}
		check.index++
	}
	return check.closed()
}

// closed is that no call waits for a result when something else comes.
func (c *chat) closed() error {
	if c.calls.open > 0 || c.function {
		return place{list: "messages", index: c.index - 1}.wrong("tool calls that are not followed by a result for each")
	}
	return nil
}

func (c *chat) message(p Part) error {
	at := place{list: "messages", index: c.index}
	if p.Odd {
		return at.wrong("expected an object with a role")
	}
	switch role := string(p.Role); role {
	case "tool":
		return c.result(at, p)
	case "function":
		if !c.function {
			return at.wrong("a function's result without its call before it")
		}
		c.function = false
		return nil
	case "assistant":
		return c.assistant(at, p)
	case "system", "developer", "user":
		if !IsString(p.Content) && (!IsList(p.Content) || IsEmpty(p.Content)) {
			return at.wrong("expected content")
		}
		return c.closed()
	default:
		return at.wrong("role is not system, developer, user, assistant, tool or function")
	}
}

func (c *chat) result(at place, p Part) error {
	switch {
	case !IsString(p.Content) && !IsList(p.Content):
		return at.wrong("expected content")
	case !c.calls.result(p.ToolCallID, c.made):
		return at.wrong("a tool message without its call before it")
	}
	return nil
}

func (c *chat) assistant(at place, p Part) error {
	if err := c.closed(); err != nil {
		return err
	}
	c.made = c.index
	c.function = p.FunctionCall != nil
	if p.Content == nil && p.ToolCalls == nil && p.FunctionCall == nil && p.Audio == nil && p.Refusal == nil {
		return at.wrong("expected content or tool calls")
	}
	if p.ToolCalls == nil {
		return nil
	}
	if at.inside = "tool_calls"; !IsList(p.ToolCalls) || IsEmpty(p.ToolCalls) {
		return at.wrong("expected at least one")
	}
	for call := range Parts(p.ToolCalls) {
		if call.Odd || len(call.ID) == 0 || !c.calls.call(call.ID, c.index) {
			return at.wrong("a call whose id is missing, or occurred before")
		}
		at.nth++
	}
	return nil
}
