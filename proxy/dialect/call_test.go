package dialect

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"spillway/engine"
	"spillway/proxy/rawjson"
)

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		endpoint  Endpoint
		body      string
		model     string
		stream    bool
		maxTokens int
	}{
		"message":                     {Messages, `{"model":"claude","max_tokens":1024,"stream":true,"messages":[]}`, "claude", true, 1024},
		"white space":                 {Messages, " \n{ \"model\" :\t\"claude\" , \"max_tokens\" : 1 } \r\n", "claude", false, 1},
		"escaped key and value":       {Messages, `{"mod\u0065l":"cl\u0061ude","str\u0065am":true}`, "claude", true, 0},
		"nested fields do not count":  {Messages, `{"metadata":{"model":"x","stream":true,"max_tokens":9},"model":"claude"}`, "claude", false, 0},
		"a quote in a string":         {Messages, `{"system":"\"model\":\"x\", \\","model":"claude"}`, "claude", false, 0},
		"warming the cache":           {Messages, `{"model":"claude","max_tokens":0}`, "claude", false, 0},
		"1e3 tokens":                  {Messages, `{"model":"claude","max_tokens":1e3}`, "claude", false, 1000},
		"chat":                        {ChatCompletions, `{"model":"gpt","max_tokens":7,"stream":null}`, "gpt", false, 7},
		"max_completion_tokens first": {ChatCompletions, `{"model":"gpt","max_tokens":7,"max_completion_tokens":5}`, "gpt", false, 5},
		"null is no bound":            {ChatCompletions, `{"model":"gpt","max_completion_tokens":null,"max_tokens":7}`, "gpt", false, 7},
		"-1 is no bound":              {ChatCompletions, `{"model":"gpt","max_tokens":-1}`, "gpt", false, 0},
		"response":                    {Responses, `{"model":"gpt","max_output_tokens":9,"max_tokens":"not ours"}`, "gpt", false, 9},
		"response of a template":      {Responses, `{"prompt":{"id":"pmpt_1"},"stream":false}`, "", false, 0},
		"count":                       {CountTokens, `{"model":"claude","messages":[]}`, "claude", false, 0},
		"empty object":                {CountTokens, `{}`, "", false, 0},
		"every kind of value":         {CountTokens, `{"a":[],"b":{},"c":[1,-0.5e+10,{"d":[true,false,null]}],"e":"\\"}`, "", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			call, problem := Parse(engine.Anthropic, c.endpoint, []byte(c.body))
			if problem != nil {
				t.Fatal(problem)
			}
			if call.Model != c.model || call.Stream != c.stream || call.MaxTokens != c.maxTokens {
				t.Errorf("got model %q, stream %v, max tokens %d", call.Model, call.Stream, call.MaxTokens)
			}
		})
	}
}

func TestParseProblems(t *testing.T) {
	for body, want := range map[string]string{
		"":                                "body is empty",
		" \n":                             "body is empty",
		"\xef\xbb\xbf{}":                  "body begins with a byte order mark",
		`[1]`:                             "body: expected an object, got an array",
		`"x"`:                             "body: expected an object, got a string",
		`7`:                               "body: expected an object, got a number",
		`null`:                            "body: expected an object, got null",
		`nul`:                             "body is not valid JSON: unexpected end at byte 3",
		`<html>`:                          "body is not valid JSON: unexpected '<' at byte 0",
		"{\"model\":\"\xff\"}":            "body is not valid UTF-8 at byte 10",
		`{`:                               "body is not valid JSON: unexpected end at byte 1",
		`{"model":"x`:                     "body is not valid JSON: unexpected end at byte 11",
		`{"model":"x\"`:                   "body is not valid JSON: unexpected end at byte 13",
		`{"model":"x"`:                    "body is not valid JSON: unexpected end at byte 12",
		`{"model":"x"}}`:                  "body is not valid JSON: unexpected '}' at byte 13",
		`{"model":"x"} {}`:                "body is not valid JSON: unexpected '{' at byte 14",
		`{"model" "x"}`:                   `body is not valid JSON: unexpected '"' at byte 9`,
		`{"model":"x",}`:                  "body is not valid JSON: unexpected '}' at byte 13",
		`{"model":"x";"a":1}`:             "body is not valid JSON: unexpected ';' at byte 12",
		`{model:"x"}`:                     "body is not valid JSON: unexpected 'm' at byte 1",
		`{"a":}`:                          "body is not valid JSON: unexpected '}' at byte 5",
		`{"a":tru}`:                       "body is not valid JSON: unexpected '}' at byte 8",
		`{"a":-}`:                         "body is not valid JSON: unexpected '}' at byte 6",
		`{"a":01}`:                        "body is not valid JSON: unexpected '1' at byte 6",
		`{"a":1.}`:                        "body is not valid JSON: unexpected '}' at byte 7",
		`{"a":1e}`:                        "body is not valid JSON: unexpected '}' at byte 7",
		`{"a":+1}`:                        "body is not valid JSON: unexpected '+' at byte 5",
		`{"a":[1,]}`:                      "body is not valid JSON: unexpected ']' at byte 8",
		`{"a":[1 2]}`:                     "body is not valid JSON: unexpected '2' at byte 8",
		`{"a":[1}`:                        "body is not valid JSON: unexpected '}' at byte 7",
		"{\"a\":\x00}":                    "body is not valid JSON: unexpected byte 0x00 at byte 5",
		`{"messages":[]}`:                 "model: field required",
		`{"model":""}`:                    "model: field required",
		`{"model":7}`:                     "model: expected a string, got 7",
		`{"model":null}`:                  "model: expected a string, got null",
		`{"model":["x"]}`:                 "model: expected a string, got an array",
		`{"model":"x","stream":1}`:        "stream: expected a boolean, got 1",
		`{"model":"x","stream":""}`:       "stream: expected a boolean, got a string",
		`{"model":"x","max_tokens":"9"}`:  "max_tokens: expected a whole number, got a string",
		`{"model":"x","max_tokens":1.5}`:  "max_tokens: expected a whole number, got 1.5",
		`{"model":"x","max_tokens":1e99}`: "max_tokens: expected a whole number, got 1e99",
		`{"model":"x","max_tokens":{}}`:   "max_tokens: expected a whole number, got an object",
		`{"model":"x","model":"y"}`:       `duplicate key "model"`,
		`{"model":"x","mod\u0065l":"y"}`:  `duplicate key "model"`,
		`{"model":"x","anything":1,"anything":2}`:      `duplicate key "anything"`,
		`{"model":"` + strings.Repeat("x", 257) + `"}`: "model: a name of more than 256 bytes",
		`{"a":` + strings.Repeat("[", 500_000):         "body is nested deeper than 512 levels",
		`{"a":` + strings.Repeat(`{"a":`, 500_000):     "body is nested deeper than 512 levels",
		"{" + strings.Repeat(`"a":1,`, 500_000):        `duplicate key "a"`,
		`{"a":"` + strings.Repeat(`\"`, 500_000):       "body is not valid JSON: unexpected end at byte 1000006",
		`{"a":"` + strings.Repeat(`\`, 500_000):        "body is not valid JSON: unexpected end at byte 500006",
		`{"a":` + strings.Repeat(" ", 500_000) + `}`:   "body is not valid JSON: unexpected '}' at byte 500005",
	} {
		_, problem := Parse(engine.Anthropic, Messages, []byte(body))
		short := body[:min(len(body), 40)]
		if problem == nil {
			t.Errorf("%q: parsed", short)
		} else if problem.Message != want || problem.Status != 400 {
			t.Errorf("%q: got %d %q, want %q", short, problem.Status, problem.Message, want)
		}
	}
}

func TestNestingAtTheLimit(t *testing.T) {
	for _, ends := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		nested := func(n int) []byte { // n levels, the body's own among them
			return []byte(`{"model":"x","a":` + strings.Repeat(ends[0], n-1) + "0" + strings.Repeat(ends[1], n-1) + "}")
		}
		if _, problem := Parse(engine.Anthropic, Messages, nested(rawjson.MaxDepth)); problem != nil {
			t.Error(problem)
		}
		if _, problem := Parse(engine.Anthropic, Messages, nested(rawjson.MaxDepth+1)); problem == nil {
			t.Errorf("parsed one level too many of %s", ends[0])
		}
	}
}

func TestManyFields(t *testing.T) {
	body := func(n int) []byte {
		fields := map[string]int{}
		for i := range n {
			fields["f"+strings.Repeat("x", i)] = i
		}
		b, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if call, problem := Parse(engine.Anthropic, CountTokens, body(maxFields)); problem != nil || len(call.fields) != maxFields {
		t.Error(problem)
	}
	if _, problem := Parse(engine.Anthropic, CountTokens, body(maxFields+1)); problem == nil {
		t.Error("parsed one field too many")
	}
}

func TestParseDoesNotKeepTheModelInTheBody(t *testing.T) {
	body := []byte(`{"model":"claude"}`)
	call, problem := Parse(engine.Anthropic, Messages, body)
	if problem != nil {
		t.Fatal(problem)
	}
	clear(body)
	if call.Model != "claude" {
		t.Errorf("model is %q after its body was recycled", call.Model)
	}
}

func TestParseAllocations(t *testing.T) {
	body := conversation(200 << 10)
	if n := testing.AllocsPerRun(20, func() { _, _ = Parse(engine.Anthropic, Messages, body) }); n > 2 {
		t.Errorf("%v allocations", n)
	}
}

// The top level must be what the standard library reads, or the target would read another request than we do.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"model":"x","max_tokens":5,"a":[1,-2.5e3,"\"\\"]}`))
	f.Add([]byte(`{"mod\u0065l":"x","\ud83d\ude00":null}`))
	f.Add(conversation(1 << 10))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, endpoint := range []Endpoint{Messages, ChatCompletions, Responses, CountTokens} {
			call, problem := Parse(engine.Anthropic, endpoint, body)
			if problem != nil {
				if problem.Message == "" || problem.Offset < 0 || problem.Offset > len(body) {
					t.Errorf("problem %+v", problem)
				}
				continue
			}
			_ = call.Outline()
			var want map[string]json.RawMessage
			if json.Unmarshal(body, &want) != nil {
				continue // for what is inside a string
			}
			if len(want) != len(call.fields) {
				t.Errorf("%d fields, want %d", len(call.fields), len(want))
			}
			for name, value := range want {
				if got := call.Value(name); !bytes.Equal(got, value) {
					t.Errorf("%q is %q, want %q", name, got, value)
				}
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for name, size := range map[string]int{"1KB": 1 << 10, "200KB": 200 << 10} {
		body := conversation(size)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, problem := Parse(engine.Anthropic, Messages, body); problem != nil {
					b.Fatal(problem)
				}
			}
		})
	}
}

// TestBothSidesOfAHedgeReadACall is for the race detector.
func TestBothSidesOfAHedgeReadACall(t *testing.T) {
	call, problem := Parse(engine.Anthropic, Messages, conversation(2<<10))
	if problem != nil {
		t.Fatal(problem)
	}
	var sides sync.WaitGroup
	for range 2 {
		sides.Go(func() {
			if call.Outline().Messages == 0 || len(call.Prefixes()) == 0 || !call.Outlined() {
				t.Error("the outline is not read")
			}
		})
	}
	sides.Wait()
}

func BenchmarkOutline(b *testing.B) {
	call, problem := Parse(engine.Anthropic, Messages, conversation(200<<10))
	if problem != nil {
		b.Fatal(problem)
	}
	b.SetBytes(int64(len(call.Body)))
	b.ReportAllocs()
	for b.Loop() {
		call.outline.Store(nil)
		_ = call.Outline()
	}
}

// conversation is a body of size bytes as coding agents send it: rounds of tool calls with long strings of source code.
func conversation(size int) []byte {
	const text = "I'll look at the \"handler\" first.\n\n```go\nfunc (h *Handler) Serve(w http.ResponseWriter, r *http.Request) {\n\tif err := h.check(r); err != nil {\n\t\thttp.Error(w, \"bad request\", 400)\n\t\treturn\n\t}\n\th.next.Serve(w, r)\n}\n```\nThat looks right: the error is returned before the request goes on, and the handler does not write twice.\n"
	type object map[string]any
	schema := object{"type": "object", "properties": object{"path": object{"type": "string", "description": "The absolute path of the file to read"}}, "required": []string{"path"}}
	messages := []object{{"role": "user", "content": "Please fix the handler."}}
	for used := 5_000; used < size; used += 4_000 {
		messages = append(messages,
			object{"role": "assistant", "content": []object{{"type": "text", "text": text}, {"type": "tool_use", "id": "toolu_01", "name": "read_file", "input": object{"path": "/src/handler.go"}}}},
			object{"role": "user", "content": []object{{"type": "tool_result", "tool_use_id": "toolu_01", "content": []object{{"type": "text", "text": strings.Repeat(text, 8)}}}}})
	}
	body := object{
		"model": "claude-opus-5-5", "max_tokens": 4096, "stream": true, "system": "You are a careful engineer.",
		"tools": []object{{"name": "read_file", "description": "Read a file", "input_schema": schema}}, "metadata": object{"user_id": "user_1"},
	}
	for {
		body["messages"] = messages
		b, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		if len(b) >= size {
			return b
		}
		messages = append(messages, object{"role": "user", "content": strings.Repeat(text, (size-len(b))/len(text)+1)})
	}
}
