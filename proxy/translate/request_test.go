package translate_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"spillway/engine"
	"spillway/proxy/grammar"
	"spillway/proxy/translate"
)

// The files of a golden of requests: "messages" or "chat" is what the caller sends, "target" where to; "sent" is what arrives,
// "edits" what the answer discloses, and "unfit" why nothing is sent.
func TestRequests(t *testing.T) {
	eachGolden(t, "requests", []string{"messages", "chat", "target"}, func(t *testing.T, g golden) []txtar.File {
		api, body := engine.OpenAI, g.given["chat"]
		if text, ok := g.given["messages"]; ok {
			api, body = engine.Anthropic, text
		}
		call := parse(t, api, body)
		odd := grammar.Check(call)
		across, err := translate.Request(call, g.target(t))
		if err != nil {
			return []txtar.File{{Name: "unfit", Data: []byte(err.Error() + "\n")}}
		}
		if err := grammar.Check(across.Call); err != nil && odd == nil {
			t.Errorf("what is sent breaks the grammar: %v", err)
		}
		return []txtar.File{{Name: "sent", Data: pretty(t, across.Call.Body)}, {Name: "edits", Data: []byte(across.Applied() + "\n")}}
	})
}
