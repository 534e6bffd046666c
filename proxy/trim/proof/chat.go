package proof

import (
	"errors"
	"fmt"
)

// judgeChat: every call of an assistant's message is answered by one tool message before anything else is said, and there are no
// other tool messages.
func (r *Request) judgeChat() error {
	open, function := map[string]bool{}, false
	for i, m := range r.messages {
		switch m.Role {
		case "tool":
			if !open[m.ToolCallID] || !isThere(m.Content) {
				return fmt.Errorf("message %d: result %q", i, m.ToolCallID)
			}
			delete(open, m.ToolCallID)
			continue
		case "function":
			if !function {
				return fmt.Errorf("message %d: a function's result", i)
			}
			function = false
			continue
		}
		if len(open) > 0 || function {
			return fmt.Errorf("message %d: calls before it have no result", i)
		}
		if err := m.judgeChat(open); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
		function = isThere(m.FunctionCall)
	}
	if len(open) > 0 || function {
		return errors.New("calls at the end have no result")
	}
	return nil
}

// judgeChat judges a message that is no result, and notes its calls.
func (m *message) judgeChat(open map[string]bool) error {
	switch m.Role {
	case "system", "developer", "user":
		if !isThere(m.Content) || m.content.isList && len(m.content.blocks) == 0 {
			return errors.New("no content")
		}
	case "assistant":
		if !isThere(m.Content) && !isThere(m.ToolCalls) && !isThere(m.FunctionCall) && !isThere(m.Audio) && !isThere(m.Refusal) {
			return errors.New("nothing said")
		}
	default:
		return fmt.Errorf("role %q", m.Role)
	}
	if !isThere(m.ToolCalls) {
		return nil
	}
	for _, call := range m.calls {
		if call.ID == "" || open[call.ID] {
			return fmt.Errorf("call %q", call.ID)
		}
		open[call.ID] = true
	}
	if len(open) == 0 {
		return errors.New("an empty list of calls")
	}
	return nil
}
