package proof

import "slices"

// Broken is a request of the conversation with one rule broken, nil when it has nothing that breaks that way. Each kind from 0
// to [Breakages] is another rule.
func (c *Conversation) Broken(kind int) (*Request, error) {
	last, err := c.Last()
	if err != nil {
		return nil, err
	}
	messages := make([]string, 0, len(last.Messages)+1)
	for _, m := range last.Messages {
		messages = append(messages, string(m))
	}
	if messages = breakages[kind](last, messages); messages == nil {
		return nil, nil //nolint:nilnil // there is none of the kind, and that is no failure
	}
	return c.with(messages)
}

// Breakages is how many ways there are to break a request.
const Breakages = len(breakages)

var breakages = [...]func(r *Request, messages []string) []string{
	// The results of the first round are lost, or come twice.
	func(r *Request, messages []string) []string { return without(messages, r.find((*message).hasResults)) },
	func(r *Request, messages []string) []string { return twice(messages, r.find((*message).hasResults)) },
	// The calls are lost, or come twice.
	func(r *Request, messages []string) []string { return without(messages, r.find((*message).calling)) },
	func(r *Request, messages []string) []string { return twice(messages, r.find((*message).calling)) },
	// Somebody speaks between a call and its result.
	func(r *Request, messages []string) []string {
		return insert(messages, r.find((*message).hasResults), `{"role":"user","content":"wait"}`)
	},
	// A role that there is not, and a message that is none.
	func(_ *Request, messages []string) []string {
		return insert(messages, 0, `{"role":"robot","content":"x"}`)
	},
	func(_ *Request, messages []string) []string { return insert(messages, 0, `{"role":"user"}`) },
	// A user who says nothing.
	func(_ *Request, messages []string) []string { return append(messages, `{"role":"user","content":[]}`) },
	// A call without a result at the end.
	func(_ *Request, messages []string) []string {
		return append(messages, `{"role":"assistant","content":[{"type":"tool_use","id":"z","name":"read","input":{}}],"tool_calls":[{"id":"z","type":"function","function":{"name":"read","arguments":""}}]}`)
	},
	// A result without a call.
	func(_ *Request, messages []string) []string {
		return append(messages, `{"role":"assistant","content":"x"}`, `{"role":"user","content":[{"type":"tool_result","tool_use_id":"z"}]}`, `{"role":"tool","tool_call_id":"z","content":"x"}`)
	},
}

// find is the first message of a kind; -1 when there is none.
func (r *Request) find(is func(*message) bool) int { return slices.IndexFunc(r.messages, is) }

// calling says whether a message calls tools that the client runs.
func (m *message) calling() bool {
	return len(m.calls) > 0 || isThere(m.FunctionCall) || slices.ContainsFunc(m.content.blocks, func(b block) bool { return b.Type == "tool_use" })
}

func without(messages []string, at int) []string {
	if at < 0 {
		return nil
	}
	return slices.Delete(messages, at, at+1)
}

func twice(messages []string, at int) []string {
	if at < 0 {
		return nil
	}
	return slices.Insert(messages, at, messages[at])
}

func insert(messages []string, at int, message string) []string {
	if at < 0 {
		return nil
	}
	return slices.Insert(messages, at, message)
}
