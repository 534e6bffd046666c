package table

import (
	"encoding/json"
	"testing"

	"spillway/engine"
)

// FuzzRow holds that whatever a module exports is read or reported, and that a row without problems is whole.
func FuzzRow(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[1]`, `{"storm":{},"expect":[]}`, `{"name":"s","storm":"x","seed":-1,"vars":1,"expect":{"p95":{}}}`, `{"name":"r","want":{}}`, `{"name":"r","throws":true,"request":{"api":"openai","body":[]}}`,
		`{"name":"r","want":null,"attempts":[{},null,{"reason":"x","at":1e300,"ms":-1}]}`,
		`{"name":"r","want":{"pause":{"four":1},"after":{"atLeast":"1s"}},"ctx":{"now":1e300,"timeLeft":1e300,"stepsLeft":1e300,"health":{"/":{},"claude/":{"rateLimit":{"tokens":{"resetIn":"1h"}}}}}}`,
		`{"name":"r","want":{},"ctx":{"targets":[{},{"name":1,"models":{"a":2},"price":{"m":{"input":1}}}],"vars":[],"opensIn":null}}`,
	} {
		f.Add(seed)
	}
	env := engine.Environment{Targets: []engine.Target{{Name: "claude", Dialect: engine.Anthropic}}}
	f.Fuzz(func(t *testing.T, text string) {
		var value any
		if json.Unmarshal([]byte(text), &value) != nil {
			return
		}
		r := readRow(1, value, env)
		if r.storm != nil {
			return
		}
		if r.input.Request == nil || r.input.Ctx.World == nil || r.input.Ctx.TimeLeft < 0 {
			t.Errorf("half a row: %+v", r)
		}
		for _, p := range r.problems {
			if p.message == "" {
				t.Errorf("a problem without words at %q", p.path)
			}
		}
		if len(r.problems) == 0 {
			match("", r.want, Plain(engine.Action{Send: &engine.Send{Target: "claude"}}))
		}
	})
}
