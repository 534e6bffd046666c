package replay

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"spillway/engine"
)

const (
	goodEnvironment = `{"environment":{"revision":"r1","targets":[{"name":"a","dialect":"anthropic","price":{"m":{"input":5,"output":25}}}],"vars":{"x":[1,null]}}}`
	goodDecision    = `{"decision":{"id":"1","n":1,"policy":"p","revision":"r1","request":{"api":"anthropic","path":"/v1/messages","model":"m","bytes":3},` +
		`"attempts":[{"target":"a","model":"m","reason":"overloaded","retry":"same","ms":1.5,"at":"2026-11-25T22:00:00.1Z","kind":"http"}],` +
		`"ctx":{"now":"2026-11-25T22:00:00Z","timeLeft":60000.25,"stepsLeft":8,"seed":9007199254740991},` +
		`"reads":[["ctx.health(a, m)",{"paused":true,"pausedFor":2,"rateLimit":{"tokens":{"limit":1,"remaining":0,"resetIn":5}}}],["ctx.opensIn",null],["ctx.count(x)",7]],` +
		`"outcome":"decided","action":{"send":"a"},"took":0.012}}`
)

func TestBadLinesDoNotEndALog(t *testing.T) {
	log := strings.Join([]string{
		goodEnvironment, "", "nonsense", goodDecision, `{}`, `{"decision":{"id":"1"}}`, goodDecision + "x", `{"nope":{}}`,
		strings.Replace(goodDecision, `"action":{"send":"a"},`, "", 1), strings.Replace(goodDecision, `"ms":1.5`, `"ms":"1.5"`, 1),
		`{"environment":{"revision":"` + strings.Repeat("x", longest) + `"}}`, goodDecision, goodDecision[:50],
	}, "\n")
	var good []int
	var bad []string
	r := NewReader(strings.NewReader(log))
	for {
		_, err := r.Next()
		var line *BadLine
		switch {
		case errors.Is(err, io.EOF):
			if want := []int{1, 4, 12}; !reflect.DeepEqual(good, want) {
				t.Errorf("good lines %v, want %v", good, want)
			}
			if len(bad) != 9 || !strings.HasPrefix(bad[0], "line 3: ") || !strings.HasPrefix(bad[8], "line 13: ") {
				t.Errorf("bad lines:\n%s", strings.Join(bad, "\n"))
			}
			return
		case errors.As(err, &line):
			bad = append(bad, line.Error())
			if line.Last != (line.Number == 13) {
				t.Errorf("%v: last %t", line, line.Last)
			}
		case err != nil:
			t.Fatal(err)
		default:
			good = append(good, r.line)
		}
	}
}

func written(t *testing.T, line Line) string {
	t.Helper()
	var text strings.Builder
	if err := NewWriter(&text).Write(line); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// What can be read can be written, and reads the same; and a policy can be asked with it.
func FuzzReader(f *testing.F) {
	f.Add([]byte(goodEnvironment + "\n" + goodDecision + "\n"))
	f.Add([]byte(`{"decision":{"reads":[["a"]]}}`))
	f.Fuzz(func(t *testing.T, log []byte) {
		r := NewReader(bytes.NewReader(log))
		for {
			line, err := r.Next()
			if _, bad := errors.AsType[*BadLine](err); bad {
				continue
			}
			if err != nil {
				return
			}
			text := written(t, line)
			second, err := NewReader(strings.NewReader(text)).Next()
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if again := written(t, second); text != again {
				t.Fatalf("%s\n%s", text, again)
			}
			if d := line.Decision; d != nil {
				world := NewRecorded(d.Ctx.Now, d.Reads, d.Request.Outline)
				d.input(world)
				world.Outline()
				world.OpensIn()
				for _, read := range d.Reads {
					world.reads["ctx.health(x)"] = read.Value()
					if h := world.Health("x", ""); h.PausedFor < 0 {
						t.Fatalf("%v", h)
					}
				}
				world.Missing([]engine.Read{{Name: "request.tools"}})
			}
		}
	})
}
