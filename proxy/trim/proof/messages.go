package proof

import (
	"errors"
	"fmt"
	"strings"
)

// judgeRoles: the first message is the user's, or a summary. The system speaks after the user, or after a call that waits for
// the target.
func (r *Request) judgeRoles() error {
	before, waits := "", false
	for i, m := range r.messages {
		blocks := m.content.blocks
		switch {
		case m.Role != "user" && m.Role != "assistant" && m.Role != "system":
			return fmt.Errorf("message %d: role %q", i, m.Role)
		case i == 0 && m.Role != "user" && (m.Role != "assistant" || len(blocks) == 0 || blocks[0].Type != "compaction"):
			return errors.New("the first message is not the user's")
		case m.Role == "system" && before != "user" && !waits:
			return fmt.Errorf("message %d: the system after %s", i, before)
		}
		before, waits = m.Role, len(blocks) > 0 && isServerCall(blocks[len(blocks)-1])
	}
	return nil
}

func isServerCall(b block) bool { return b.Type == "server_tool_use" || b.Type == "mcp_tool_use" }

// judgeCalls: every tool_use is answered in the next message, where results come first; no id is used twice; and a request with
// calls has tools.
func (r *Request) judgeCalls() error {
	open, seen, tools := map[string]bool{}, map[string]bool{}, r.hasTools()
	for i, m := range r.messages {
		next, others := map[string]bool{}, 0
		for _, b := range m.content.blocks {
			switch {
			case b.Type == "tool_use" && (m.Role != "assistant" || b.ID == "" || seen[b.ID] || !tools):
				return fmt.Errorf("message %d: tool_use %q", i, b.ID)
			case b.Type == "tool_use":
				next[b.ID], seen[b.ID] = true, true
			case b.Type == "tool_result" && (m.Role != "user" || others > 0 || !open[b.ToolUseID]):
				return fmt.Errorf("message %d: tool_result %q", i, b.ToolUseID)
			case b.Type == "tool_result":
				delete(open, b.ToolUseID)
			default:
				others++
			}
		}
		if len(open) > 0 {
			return fmt.Errorf("message %d: a tool_use before it has no result", i)
		}
		open = next
	}
	if len(open) > 0 {
		return errors.New("a tool_use at the end has no result")
	}
	return nil
}

// judgeServerCalls: what the target runs is answered by the assistant, before the user says something else.
func (r *Request) judgeServerCalls() error {
	open, seen := map[string]bool{}, map[string]bool{}
	for i, m := range r.messages {
		results := false
		for _, b := range m.content.blocks {
			results = results || b.Type == "tool_result"
			switch answers := strings.HasSuffix(b.Type, "_tool_result"); {
			case isServerCall(b) && (m.Role != "assistant" || b.ID == "" || seen[b.ID]):
				return fmt.Errorf("message %d: %s %q", i, b.Type, b.ID)
			case isServerCall(b):
				open[b.ID], seen[b.ID] = true, true
			case answers && (m.Role != "assistant" || !open[b.ToolUseID]):
				return fmt.Errorf("message %d: %s %q", i, b.Type, b.ToolUseID)
			case answers:
				delete(open, b.ToolUseID)
			}
		}
		if m.Role == "user" && !results && len(open) > 0 {
			return fmt.Errorf("message %d: a server's call before it has no result", i)
		}
	}
	return nil
}

// judgeContents: what may be empty, as observed of the API.
func (r *Request) judgeContents() error {
	for i, m := range r.messages {
		if why := m.emptiness(); why != "" || !isThere(m.Content) {
			return fmt.Errorf("message %d of the %s: %s", i, m.Role, why)
		}
	}
	return nil
}

func (m *message) emptiness() string {
	if !m.content.isList {
		if isBlank(m.content.text) && (m.Role != "assistant" || m.content.text != "") {
			return "an empty text"
		}
		return ""
	}
	if len(m.content.blocks) == 0 && m.Role != "assistant" {
		return "no blocks"
	}
	blank := len(m.content.blocks) > 0
	for _, b := range m.content.blocks {
		switch {
		case b.Type == "":
			return "a block without a type"
		case b.Type == "text" && (b.Text == nil || *b.Text == ""):
			return "an empty block"
		case m.Role == "system" && b.Type != "text":
			return "a " + b.Type
		case m.Role != "assistant" && (strings.HasSuffix(b.Type, "thinking") || b.Type == "compaction"):
			return "a " + b.Type
		}
		blank = blank && b.Type == "text" && isBlank(*b.Text)
	}
	if blank {
		return "white space alone"
	}
	return ""
}
