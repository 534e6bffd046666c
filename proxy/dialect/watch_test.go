package dialect

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spillway/engine"
	"spillway/proxy/sse"
)

var endpoints = map[string]struct {
	api engine.API
	ep  Endpoint
}{
	"messages": {engine.Anthropic, Messages}, "chat": {engine.OpenAI, ChatCompletions},
	"responses": {engine.OpenAI, Responses}, "other": {engine.Anthropic, Other},
}

func (s Step) String() string { return [...]string{"preamble", "content", "terminal", "failure"}[s] }

// Each file is a stream, named after its endpoint: a line for each event, with the step it must be, its name and its data
// ("-" where it has none); the last line says how the stream stands at its end.
func TestWatch(t *testing.T) {
	files, err := filepath.Glob("testdata/watch/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			kind, _, _ := strings.Cut(name, "-")
			w := NewWatch(endpoints[kind].api, endpoints[kind].ep)
			for i, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
				word, rest, _ := strings.Cut(line, " ")
				rest = strings.TrimSpace(rest)
				switch word {
				case "#":
				case "end":
					if got := standing(w); got != rest {
						t.Errorf("line %d: ended %s, want %s", i+1, got, rest)
					}
				default:
					name, data, _ := strings.Cut(rest, " ")
					if got := w.Step(arrived(name, data)); got.String() != word {
						t.Errorf("line %d: %s, want %s", i+1, got, word)
					}
				}
			}
		})
	}
}

func arrived(name, data string) sse.Event {
	return sse.Event{Name: []byte(strings.Trim(name, "-")), Data: []byte(strings.TrimPrefix(data, "-"))}
}

func standing(w *Watch) string {
	s := "incomplete"
	if w.Complete() {
		s = "complete"
	}
	u := w.Usage()
	if u.Model != "" || u.Known {
		s += ", " + u.Model
	}
	if u.Known {
		s += fmt.Sprintf(" %d in, %d out, %d read, %d written", u.Input, u.Output, u.CacheRead, u.CacheWrite)
	}
	return s
}

func TestReadWhole(t *testing.T) {
	for name, c := range map[string]struct {
		endpoint string
		body     string
		usage    Usage
		ok       bool
	}{
		"message":            {"messages", `{"type":"message","model":"claude","content":[],"usage":{"input_tokens":3,"output_tokens":4,"cache_read_input_tokens":5,"cache_creation_input_tokens":6}}`, Usage{"claude", 3, 4, 5, 6, true, 0, 0}, true},
		"kept for an hour":   {"messages", `{"type":"message","model":"claude","content":[],"usage":{"input_tokens":3,"output_tokens":4,"cache_creation_input_tokens":6,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":5}}}`, Usage{"claude", 3, 4, 0, 6, true, 0, 5}, true},
		"chat":               {"chat", "\n\n" + `{"model":"gpt","choices":[],"error":null,"usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":7}}}`, Usage{"gpt", 3, 4, 7, 0, true, 0, 0}, true},
		"response":           {"responses", `{"model":"gpt","status":"completed","error":null,"usage":{"input_tokens":10,"output_tokens":4}}`, Usage{"gpt", 10, 4, 0, 0, true, 0, 0}, true},
		"without usage":      {"chat", `{"model":"gpt","usage":null}`, Usage{Model: "gpt"}, true},
		"error of Anthropic": {"messages", `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, Usage{}, false},
		"error without more": {"messages", `{"type":"error"}`, Usage{}, false},
		"error of OpenAI":    {"chat", `{"error":{"message":"boom"}}`, Usage{}, false},
		"error of Ollama":    {"chat", `{"error":"boom"}`, Usage{}, false},
		"error of old vLLM":  {"chat", `{"object":"error","message":"boom"}`, Usage{}, false},
		"failed response":    {"responses", `{"status":"failed","error":null}`, Usage{}, false},
		"empty":              {"messages", "", Usage{}, false},
		"page":               {"messages", "<html></html>", Usage{}, false},
		"list":               {"messages", "[]", Usage{}, false},
		"cut":                {"messages", `{"type":"message","content":[{"text":"a`, Usage{}, false},
		"two":                {"messages", `{"type":"message"}{}`, Usage{}, false},
		"another endpoint":   {"other", "any bytes", Usage{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			e := endpoints[c.endpoint]
			usage, ok := ReadWhole(e.api, e.ep, []byte(c.body))
			usage.Said = 0
			if ok != c.ok || ok && usage != c.usage {
				t.Errorf("got %+v, %v", usage, ok)
			}
		})
	}
}

// What came of an answer is about as many tokens as its text is long, in whatever pieces and however it is told.
func TestWhatWasSaid(t *testing.T) {
	text := strings.Repeat("Four ", 200) // about 250 tokens
	whole := func(format string) []string { return []string{fmt.Sprintf(format, text)} }
	words := func(format string) (events []string) {
		for word := range strings.SplitAfterSeq(strings.TrimSpace(text), " ") {
			events = append(events, fmt.Sprintf(format, word))
		}
		return events
	}
	const delta, chunk = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%q}}`, `{"choices":[{"index":0,"delta":{"content":%q},"finish_reason":null}]}`
	for name, c := range map[string]struct {
		endpoint string
		events   []string
	}{
		"a message in words":    {"messages", words(delta)},
		"a message at once":     {"messages", whole(delta)},
		"a chat in words":       {"chat", words(chunk)},
		"a chat at once":        {"chat", whole(chunk)},
		"a chat with its end":   {"chat", whole(`{"choices":[{"index":0,"delta":{"content":%q},"finish_reason":"stop"}]}`)},
		"a response in words":   {"responses", words(`{"type":"response.output_text.delta","delta":%q}`)},
		"arguments":             {"messages", whole(`{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":%q}}`)},
		"a block that is whole": {"messages", whole(`{"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":%q}}`)},
	} {
		w := NewWatch(endpoints[c.endpoint].api, endpoints[c.endpoint].ep)
		for _, event := range c.events {
			w.Step(arrived("", event))
		}
		if n := w.Usage().Said; n < 180 || n > 300 {
			t.Errorf("%s: %d tokens", name, n)
		}
	}
	body := fmt.Sprintf(`{"id":"msg_013Zva2CMHLNnjNjJJKqJ2EF","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":%q}],"stop_reason":"end_turn"}`, text)
	if usage, _ := ReadWhole(engine.Anthropic, Messages, []byte(body)); usage.Said < 180 || usage.Said > 300 {
		t.Errorf("whole: %d tokens", usage.Said)
	}
}

func TestWatchAllocations(t *testing.T) {
	for kind, data := range map[string][2]string{
		"messages": {"content_block_delta", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello, wor"}}`},
		"chat":     {"", `{"id":"c","object":"chat.completion.chunk","model":"gpt-5.6","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}],"usage":null}`},
	} {
		w := NewWatch(endpoints[kind].api, endpoints[kind].ep)
		e := sse.Event{Name: []byte(data[0]), Data: []byte(data[1])}
		w.Step(e)
		if n := testing.AllocsPerRun(100, func() { w.Step(e) }); n != 0 {
			t.Errorf("%s: %v allocations per event", kind, n)
		}
	}
}

func FuzzWatch(f *testing.F) {
	files, _ := filepath.Glob("testdata/watch/*.txt")
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var stream strings.Builder
		for line := range strings.Lines(string(content)) {
			if fields := strings.SplitN(strings.TrimSpace(line), " ", 3); len(fields) == 3 {
				fmt.Fprintf(&stream, "event: %s\ndata: %s\n\n", fields[1], fields[2])
			}
		}
		f.Add([]byte(stream.String()))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		for _, e := range endpoints {
			w := NewWatch(e.api, e.ep)
			r := sse.NewReader(bytes.NewReader(stream), 1<<20)
			for {
				event, err := r.Next()
				if err != nil {
					break
				}
				w.Step(event)
			}
			r.Release()
			if u := w.Usage(); u.Input < 0 || u.Output < 0 || u.CacheRead < 0 || u.CacheWrite < 0 {
				t.Errorf("usage %+v", u)
			}
			ReadWhole(e.api, e.ep, stream)
		}
	})
}

func BenchmarkStep(b *testing.B) {
	e := sse.Event{Name: []byte("content_block_delta"), Data: []byte(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello, wor"}}`)}
	w := NewWatch(engine.Anthropic, Messages)
	b.ReportAllocs()
	for b.Loop() {
		w.Step(e)
	}
}
