package trim_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/trim"
)

// megabyte is a coding agent's request of 400 messages: source code in tool results, thinking, a question now and then.
func megabyte(tb testing.TB) *dialect.Call {
	tb.Helper()
	source := strings.Repeat(`\tif err := read(\"file.go\"); err != nil {\n\t\treturn fmt.Errorf(\"read: %w\", err)\n\t}\n`, 52)
	var b strings.Builder
	b.WriteString(`{"model":"claude-opus-4-6","max_tokens":32000,"stream":true,"tools":[{"name":"read","input_schema":{"type":"object"}}],"messages":[`)
	b.WriteString(`{"role":"user","content":"begin"}`)
	for i := range 199 {
		fmt.Fprintf(&b, `,{"role":"assistant","content":[{"type":"thinking","thinking":"the next file, %d","signature":"%s"},{"type":"tool_use","id":"toolu_%d","name":"read","input":{"path":"file%d.go"}}]}`,
			i, strings.Repeat("Eq9+", 40), i, i)
		fmt.Fprintf(&b, `,{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_%d","content":"%s"}]}`, i, source)
		if i%20 == 19 {
			fmt.Fprintf(&b, `,{"role":"assistant","content":[{"type":"text","text":"done"}]},{"role":"user","content":"and now part %d"}`, i)
		}
	}
	b.WriteString(`]}`)
	call, problem := dialect.Parse(engine.Anthropic, dialect.Messages, []byte(b.String()))
	if problem != nil {
		tb.Fatal(problem)
	}
	return call
}

var (
	lighten = trim.Options{Tokens: weigh, Trim: engine.Trim{KeepToolResults: new(3), DropThinking: true, KeepTurns: new(8)}}
	fit     = trim.Options{Tokens: weigh, Trim: engine.Trim{To: 250_000}}
	idle    = trim.Options{Tokens: weigh, Trim: engine.Trim{To: 10_000_000}}
)

func BenchmarkTrim(b *testing.B) {
	for name, o := range map[string]trim.Options{"lighten": lighten, "fit": fit, "nothing": idle, "no options": {}} {
		b.Run(name, func(b *testing.B) {
			call := megabyte(b)
			b.SetBytes(int64(len(call.Body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := trim.Trim(call, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Trimming takes at most twice the request's size in memory, and a goal that is not passed next to nothing.
func TestMemory(t *testing.T) {
	notRaced(t)
	call := megabyte(t)
	size := uint64(len(call.Body))
	for name, c := range map[string]struct {
		o    trim.Options
		most uint64
	}{
		"lighten": {lighten, 2 * size}, "fit": {fit, 2 * size}, "nothing": {idle, size / 5}, "no options": {trim.Options{}, 0},
	} {
		if got := allocated(func() { _, _ = trim.Trim(call, c.o) }); got > c.most {
			t.Errorf("%s: %d bytes for a request of %d", name, got, size)
		}
	}
}

// allocated is how many bytes a call allocates, the least of a few: others' allocations count too.
func allocated(f func()) uint64 {
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}
