package proof

import "encoding/json"

// Estimate is what the request costs by the rules: the system prompt, the tools, and of each message four tokens and its
// content, its calls and its reasoning.
func (r *Request) Estimate(rules *Rules) int {
	sum := rules.cost(r.System) + rules.cost(r.Tools)
	for _, m := range r.messages {
		sum += 4 + rules.cost(m.ToolCalls) + rules.cost(m.Reasoning) + m.content.cost(m.Content, rules.cost)
	}
	return sum
}

// cost is 0 for what is not there.
func (r *Rules) cost(raw []byte) int {
	if !isThere(raw) {
		return 0
	}
	return r.Tokens(raw)
}

// cost of a content is that of its blocks, and of a result that of its own content.
func (c content) cost(whole json.RawMessage, cost func([]byte) int) (sum int) {
	if !c.isList {
		return cost(whole)
	}
	for i, raw := range c.list {
		if b := c.blocks[i]; b.Type == "tool_result" {
			sum += b.content.cost(b.Content, cost)
		} else {
			sum += cost(raw)
		}
	}
	return sum
}
