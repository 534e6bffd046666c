package grammar

import (
	"bytes"
)

// content is a message's content while it is read.
type content struct {
	at      place
	role    string
	blocks  int
	results int // of tools
	texts   int
	said    bool // some text is more than white space
}

// content reads a string, or a list of blocks. What may be empty is as observed of the Messages API: an assistant may have
// said nothing at all, but not white space alone; of a user there must be something.
func (m *messages) content(c *content, value []byte) error {
	if IsString(value) {
		if !IsBlank(value) || c.role == "assistant" && isNothing(value) {
			return nil
		}
		return c.at.wrong("empty content")
	}
	c.at.inside = "content"
	for block := range Parts(value) {
		if err := m.block(c, block); err != nil {
			return err
		}
		c.at.nth++
	}
	c.at.inside = ""
	switch {
	case c.blocks == 0 && c.role != "assistant":
		return c.at.wrong("empty content")
	case c.texts > 0 && c.texts == c.blocks && !c.said:
		return c.at.wrong("only white space")
	}
	return nil
}

func (m *messages) block(c *content, b Part) error {
	if b.Odd || len(b.Type) == 0 {
		return c.at.wrong("expected an object with a type")
	}
	if err := m.breakpoint(c.at, b); err != nil {
		return err
	}
	c.blocks++
	m.serverLast = false
	switch kind := string(b.Type); kind {
	case "text":
		return c.text(b)
	case "tool_use", "server_tool_use", "mcp_tool_use":
		return m.toolUse(c, b, kind)
	case "tool_result":
		return m.toolResult(c, b)
	case "thinking", "redacted_thinking", "compaction":
		return c.only("assistant", kind)
	default:
		return m.otherBlock(c, b, kind)
	}
}

func (c *content) text(b Part) error {
	if !IsString(b.Text) || isNothing(b.Text) {
		return c.at.wrong("a text block without text")
	}
	c.texts++
	c.said = c.said || !IsBlank(b.Text)
	return nil
}

// only says that a block of that kind belongs to a role.
func (c *content) only(role, kind string) error {
	if c.role != role {
		return c.at.wrong("a %s block in a message that is not the %s's", kind, role)
	}
	return nil
}

func (m *messages) toolUse(c *content, b Part, kind string) error {
	if err := c.only("assistant", kind); err != nil {
		return err
	}
	if !m.tools && kind == "tool_use" {
		return c.at.wrong("a %s block in a request without tools", kind)
	}
	p := &m.server
	if kind == "tool_use" {
		p = &m.calls
	}
	m.serverLast = p == &m.server
	if len(b.ID) == 0 || !p.call(b.ID, m.index) {
		return c.at.wrong("a %s whose id is missing, or occurred before", kind)
	}
	return nil
}

// toolResult: results come first, and answer the message before.
func (m *messages) toolResult(c *content, b Part) error {
	if err := c.only("user", "tool_result"); err != nil {
		return err
	}
	switch {
	case c.results < c.blocks-1:
		return c.at.wrong("a tool_result after other blocks")
	case b.Content != nil && !IsString(b.Content) && !IsList(b.Content):
		return c.at.wrong("a tool_result whose content is neither a string nor a list")
	case !m.calls.result(b.ToolUseID, m.index-1):
		return c.at.wrong("a tool_result without a tool_use in the message before")
	}
	c.results++
	return m.resultMarks(c.at, b.Content)
}

// otherBlock: a result of a server's tool follows its call, in the same message or after a pause in a later one.
func (m *messages) otherBlock(c *content, b Part, kind string) error {
	if c.role == "system" {
		return c.at.wrong("a block of type %s in a system message", kind)
	}
	if !bytes.HasSuffix(b.Type, []byte("_tool_result")) {
		return nil
	}
	if err := c.only("assistant", kind); err != nil {
		return err
	}
	if !m.server.answer(b.ToolUseID) {
		return c.at.wrong("a %s without its call before it", kind)
	}
	return nil
}
