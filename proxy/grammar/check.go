package grammar

import (
	"fmt"

	"spillway/proxy/dialect"
)

// MaxMessages is how many messages a request of [dialect.Messages] may have (Anthropic docs, Messages API).
const MaxMessages = 100_000

// Check is why the target would refuse a request whatever it says: roles, tool calls without results, empty texts, too many
// cache breakpoints. The error names the place, as "messages[3].content[1]: …". nil is no proof that a target accepts the
// request. What is doubtful counts as wrong: a request that fails is not edited, but sent as it came; an edit must not make
// one that passed fail. It walks over the body and keeps only ids.
func Check(c *dialect.Call) error {
	switch c.Endpoint {
	case dialect.Messages:
		return checkMessages(c)
	case dialect.ChatCompletions:
		return checkChat(c)
	case dialect.Responses:
		return checkResponses(c)
	default:
		return nil
	}
}

// place is where in a request something is: a list's name with an index, and a list inside.
type place struct {
	list   string
	index  int
	inside string // "" = nothing inside
	nth    int
}

func (p place) String() string {
	if p.inside == "" {
		return fmt.Sprintf("%s[%d]", p.list, p.index)
	}
	return fmt.Sprintf("%s[%d].%s[%d]", p.list, p.index, p.inside, p.nth)
}

func (p place) wrong(format string, args ...any) error {
	return fmt.Errorf("%s: %s", p, fmt.Sprintf(format, args...))
}
