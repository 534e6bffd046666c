package trim

import (
	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
)

// Loop says of a request of [dialect.Messages] how many messages the request had that began its current tool loop: all of them
// when this one does. The assistant's answers since then may have thinking that is bound to what that request was when it
// reached the target.
func Loop(c *dialect.Call) (messages int) {
	var s survey
	turns, begun := 0, 0 // begun is behind the last message before the assistant speaks in the current turn
	for p := range grammar.Parts(c.Value("messages")) {
		m := message{answers: answersTools(p)}
		s.place(&m, string(p.Role))
		s.messages = append(s.messages, m)
		if m.turns > turns || !m.open {
			turns, begun = m.turns, len(s.messages)
		}
	}
	return begun
}

func answersTools(p grammar.Part) bool {
	for b := range grammar.Parts(p.Content) {
		if string(b.Type) == "tool_result" {
			return true
		}
	}
	return false
}
