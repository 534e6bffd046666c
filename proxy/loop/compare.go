package loop

import (
	"spillway/proxy/dialect"
	"spillway/proxy/fidelity"
)

// compare holds an answer that reached its end against what was asked for, and tells the gate.
func (t *try) compare(told dialect.Usage, oddity string) []fidelity.Mismatch {
	asked := fidelity.Asked{Model: t.model, MaxTokens: t.x.Request.MaxTokens}
	asked.Usage = t.call.Endpoint != dialect.ChatCompletions || !t.call.Stream
	found := fidelity.Check(asked, told, oddity)
	if len(found) > 0 {
		t.Gates.Mismatch(t.target.Gate(t.model))
	}
	return found
}
