package grammar

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"spillway/proxy/dialect"
	"spillway/proxy/rawjson"
)

// messages goes through a request of Anthropic's Messages.
type messages struct {
	call        *dialect.Call
	index       int    // of the message being read
	before      string // the role of the message before it; "" before the first
	calls       pairing
	server      pairing // calls of tools that the target runs itself
	breakpoints int
	tools       bool // the request defines some
	serverLast  bool // the message before ends with a call of a server's tool
}

func checkMessages(c *dialect.Call) error {
	m := messages{call: c, tools: IsList(c.Value("tools")) && !IsEmpty(c.Value("tools"))}
	if c.Has("cache_control") {
		m.breakpoints = 1 // automatic caching takes one of the marks
	}
	for _, check := range [...]func() error{m.thinking, m.toolMarks, m.system, m.conversation} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// thinking: a budget is at least 1,024 tokens and below max_tokens. Thinking between tool calls may have more.
func (m *messages) thinking() error {
	thinking := m.call.Value("thinking")
	budget := int(gjson.ParseBytes(rawjson.Member(thinking, "budget_tokens")).Int())
	switch {
	case rawjson.Word(rawjson.Member(thinking, "type")) != "enabled":
		return nil
	case budget < dialect.MinThinkingBudget:
		return fmt.Errorf("thinking.budget_tokens: %d is less than %d", budget, dialect.MinThinkingBudget)
	case budget >= m.call.MaxTokens && !m.tools:
		return fmt.Errorf("thinking.budget_tokens: %d is not below max_tokens", budget)
	}
	return nil
}

// system: a text that is "" counts as none, but no block may be empty.
func (m *messages) system() error {
	system := m.call.Value("system")
	if IsString(system) && !isNothing(system) && IsBlank(system) {
		return errors.New("system: only white space")
	}
	at := place{list: "system"}
	for block := range Parts(system) {
		if block.Odd || !IsString(block.Text) || IsBlank(block.Text) {
			return at.wrong("a text block without text")
		}
		if err := m.breakpoint(at, block); err != nil {
			return err
		}
		at.index++
	}
	return nil
}

func (m *messages) conversation() error {
	list := m.call.Value("messages")
	if !IsList(list) || IsEmpty(list) {
		return errors.New("messages: expected at least one")
	}
	for p := range Parts(list) {
		if m.index == MaxMessages {
			return fmt.Errorf("messages: more than %d", MaxMessages)
		}
		if err := m.message(p); err != nil {
			return err
		}
		m.index++
	}
	if m.calls.open > 0 {
		return m.at().wrong("a tool_use without a tool_result in the next message")
	}
	return nil
}

// at is the message before the one that is read next, where an unanswered call is.
func (m *messages) at() place { return place{list: "messages", index: m.index - 1} }

func (m *messages) message(p Part) error {
	at := place{list: "messages", index: m.index}
	role := string(p.Role)
	waiting := m.calls.open > 0
	content := content{at: at, role: role}
	if p.Odd || !IsList(p.Content) && !IsString(p.Content) {
		return at.wrong("expected an object with role and content")
	}
	if err := m.role(at, role, p.Content); err != nil {
		return err
	}
	serverLast := m.serverLast
	m.serverLast = false
	if err := m.content(&content, p.Content); err != nil {
		return err
	}
	switch {
	case waiting && role != "user", waiting && m.calls.open > 0:
		return m.at().wrong("a tool_use without a tool_result in the next message")
	case role == "system" && m.before != "user" && !serverLast:
		return at.wrong("a system message that does not follow a user's")
	case role == "user" && content.results == 0 && m.server.open > 0:
		return at.wrong("a server_tool_use before it has no result")
	}
	m.before = role
	return nil
}

// role: a conversation begins with the user, or with the summary of what was before.
func (m *messages) role(at place, role string, content []byte) error {
	switch role {
	case "user":
	case "assistant":
		if m.index == 0 && !leadsWithCompaction(content) {
			return at.wrong("the first message is not the user's")
		}
	case "system":
		if m.index == 0 {
			return at.wrong("the first message is not the user's")
		}
	default:
		return at.wrong("role is not user, assistant or system")
	}
	return nil
}

func leadsWithCompaction(content []byte) bool {
	for block := range Parts(content) {
		return string(block.Type) == "compaction"
	}
	return false
}
