package dialect

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
)

func raw(pairs ...string) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = json.RawMessage(pairs[i+1])
	}
	return m
}

func TestRender(t *testing.T) {
	for name, c := range map[string]struct {
		endpoint Endpoint
		body     string
		edits    Edits
		want     string
		applied  []string
	}{
		"model":             {Messages, "{ \"model\" : \"a\",\n\t\"x\":1 }", Edits{Model: "b"}, "{ \"model\" : \"b\",\n\t\"x\":1 }", []string{"model;a->b"}},
		"escaped model key": {Messages, `{"mod\u0065l":"a"}`, Edits{Model: `b"`}, `{"mod\u0065l":"b\""}`, []string{`model;a->b"`}},
		"model in a header": {Messages, `{"model":"a,b;c\r\nx: y"}`, Edits{Model: strings.Repeat("z", 200)}, `{"model":"` + strings.Repeat("z", 200) + `"}`, []string{"model;a_b_c__x:_y->" + strings.Repeat("z", 100)}},
		"lower max_tokens":  {Messages, `{"model":"a","max_tokens": 4096, "x":[ 1 ]}`, Edits{MaxTokens: 1024}, `{"model":"a","max_tokens": 1024, "x":[ 1 ]}`, []string{"max_tokens;4096->1024"}},
		"add max_tokens":    {Messages, `{"model":"a"}`, Edits{MaxTokens: 1024}, `{"model":"a","max_tokens":1024}`, []string{"max_tokens;none->1024"}},
		"both at once":      {Messages, `{"max_tokens":9,"model":"a"}`, Edits{Model: "b", MaxTokens: 5}, `{"max_tokens":5,"model":"b"}`, []string{"model;a->b", "max_tokens;9->5"}},
		"chat":              {ChatCompletions, `{"model":"a"}`, Edits{MaxTokens: 5}, `{"model":"a","max_completion_tokens":5}`, []string{"max_tokens;none->5"}},
		"chat, other field": {ChatCompletions, `{"model":"a"}`, Edits{MaxTokens: 5, MaxTokensField: "max_tokens"}, `{"model":"a","max_tokens":5}`, []string{"max_tokens;none->5"}},
		"chat, its own":     {ChatCompletions, `{"model":"a","max_tokens":9}`, Edits{MaxTokens: 5, MaxTokensField: "max_completion_tokens"}, `{"model":"a","max_tokens":5}`, []string{"max_tokens;9->5"}},
		"chat, two fields":  {ChatCompletions, `{"model":"a","max_tokens":9,"max_completion_tokens":3}`, Edits{MaxTokens: 2}, `{"model":"a","max_tokens":2,"max_completion_tokens":2}`, []string{"max_tokens;3->2"}},
		"chat, no bound":    {ChatCompletions, `{"model":"a","max_tokens":-1}`, Edits{MaxTokens: 2}, `{"model":"a","max_tokens":2}`, []string{"max_tokens;-1->2"}},
		"chat, null":        {ChatCompletions, `{"model":"a","max_completion_tokens":null}`, Edits{MaxTokens: 2}, `{"model":"a","max_completion_tokens":2}`, []string{"max_tokens;none->2"}},
		"response":          {Responses, `{"model":"a","max_output_tokens":90}`, Edits{MaxTokens: 20}, `{"model":"a","max_output_tokens":20}`, []string{"max_tokens;90->20"}},
		"response's least":  {Responses, `{"model":"a","max_output_tokens":90}`, Edits{MaxTokens: 2}, `{"model":"a","max_output_tokens":16}`, []string{"max_tokens;90->16"}},
		"beside a budget":   {Messages, `{"max_tokens":9000,"model":"a","thinking":{"type":"enabled","budget_tokens":4096}}`, Edits{MaxTokens: 4096}, `{"max_tokens":5120,"model":"a","thinking":{"type":"enabled","budget_tokens":4096}}`, []string{"max_tokens;9000->5120"}},
		"body: set and add": {Messages, `{"model":"a", "temperature":1}`, Edits{Body: raw("temperature", "0", "top_k", " 5 ", "b", "[]")}, `{"model":"a", "temperature":0,"b":[],"top_k":5}`, []string{"body;b", "body;temperature", "body;top_k"}},
		"body: delete":      {Messages, `{"x":1, "model":"a" , "y":2}`, Edits{Body: raw("x", "null", "y", "null", "z", "null")}, `{"model":"a"}`, []string{"body;x", "body;y"}},
		"body: delete, add": {CountTokens, `{ "x":1 }`, Edits{Body: raw("x", "null", "y", "2")}, `{ "y":2 }`, []string{"body;x", "body;y"}},
		"body: empty":       {CountTokens, `{ }`, Edits{Body: raw("y", "2")}, `{"y":2 }`, []string{"body;y"}},
		"body: model":       {Messages, `{"model":"a"}`, Edits{Body: raw("model", `"b"`)}, `{"model":"b"}`, []string{"model;a->b"}},
		"model beats body":  {Messages, `{"model":"a"}`, Edits{Model: "c", Body: raw("model", `"b"`)}, `{"model":"c"}`, []string{"model;a->c"}},
		"bound beats body":  {Messages, `{"model":"a","max_tokens":9}`, Edits{MaxTokens: 5, Body: raw("max_tokens", `100`)}, `{"model":"a","max_tokens":5}`, []string{"max_tokens;9->5"}},
		"body: max_tokens":  {Messages, `{"model":"a","max_tokens":9}`, Edits{Body: raw("max_tokens", `100`)}, `{"model":"a","max_tokens":100}`, []string{"max_tokens;9->100"}},
		"odd name":          {Messages, `{"model":"a"}`, Edits{Body: raw("a\"\r\n,", `1`)}, `{"model":"a","a\"\r\n,":1}`, []string{`body;a"___`}},
	} {
		t.Run(name, func(t *testing.T) {
			call, problem := Parse(engine.OpenAI, c.endpoint, []byte(c.body))
			if problem != nil {
				t.Fatal(problem)
			}
			got, applied, err := call.Render([]byte("> "), c.edits)
			if err != nil {
				t.Fatal(err)
			}
			if want := "> " + c.want; string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if diff := cmp.Diff(c.applied, applied); diff != "" {
				t.Error(diff)
			}
			if string(call.Body) != c.body {
				t.Errorf("the client's body is now %s", call.Body)
			}
		})
	}
}

func TestRenderWithoutEffectIsTheBodyItself(t *testing.T) {
	body := []byte(`{"model":"a","max_tokens":9,"temperature": 1,"stream":false}`)
	call, problem := Parse(engine.Anthropic, Messages, body)
	if problem != nil {
		t.Fatal(problem)
	}
	for _, e := range []Edits{{}, {Model: "a"}, {MaxTokens: 9}, {MaxTokens: 10, Body: raw("temperature", "1", "absent", "null")}} {
		got, applied, err := call.Render(nil, e)
		if err != nil || applied != nil || &got[0] != &body[0] || len(got) != len(body) {
			t.Errorf("%+v: %s, %v, %v", e, got, applied, err)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _, _, _ = call.Render(nil, Edits{}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRenderRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		endpoint Endpoint
		body     string
		edits    Edits
		want     string
	}{
		"bad JSON":          {Messages, `{"model":"a"}`, Edits{Body: raw("x", `{"a":`)}, "body.x: not valid JSON"},
		"two values":        {Messages, `{"model":"a"}`, Edits{Body: raw("x", `1,"y":2`)}, "body.x: not valid JSON"},
		"bad UTF-8":         {Messages, `{"model":"a"}`, Edits{Body: raw("x", "\"\xff\"")}, "body.x: not valid JSON"},
		"no value":          {Messages, `{"model":"a"}`, Edits{Body: raw("x", ``)}, "body.x: not valid JSON"},
		"model's type":      {Messages, `{"model":"a"}`, Edits{Body: raw("model", `7`)}, "body.model: expected a string, got 7"},
		"no model":          {Messages, `{"model":"a"}`, Edits{Body: raw("model", `null`)}, "body.model: field required"},
		"no model's name":   {Messages, `{"model":"a"}`, Edits{Body: raw("model", `""`)}, "body.model: field required"},
		"model's length":    {Messages, `{"model":"a"}`, Edits{Model: strings.Repeat("é", 129)}, "body.model: a name of more than 256 bytes"},
		"max_tokens' type":  {Messages, `{"model":"a"}`, Edits{Body: raw("max_tokens", `"5"`)}, "body.max_tokens: expected a whole number"},
		"stream":            {Messages, `{"model":"a","stream":true}`, Edits{Body: raw("stream", `false`)}, "body.stream: the client waits for the kind of answer it asked for"},
		"stream's type":     {Messages, `{"model":"a"}`, Edits{Body: raw("stream", `1`)}, "body.stream: the client waits for the kind of answer it asked for"},
		"stream deleted":    {Messages, `{"model":"a","stream":true}`, Edits{Body: raw("stream", `null`)}, "body.stream: the client waits for the kind of answer it asked for"},
		"thinking's budget": {Messages, `{"model":"a","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":4096}}`, Edits{Body: raw("max_tokens", `4096`)}, "max_tokens 4096 would not be above thinking.budget_tokens 4096"},
		"budget too small":  {Messages, `{"model":"a","max_tokens":9000}`, Edits{Body: raw("thinking", `{"type":"enabled","budget_tokens":1023}`)}, "thinking.budget_tokens 1023 would be less than 1024"},
	} {
		t.Run(name, func(t *testing.T) {
			call, problem := Parse(engine.Anthropic, c.endpoint, []byte(c.body))
			if problem != nil {
				t.Fatal(problem)
			}
			if got, _, err := call.Render(nil, c.edits); err == nil || err.Error() != c.want {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
	interleaved := `{"model":"a","max_tokens":4000,"thinking":{"type":"enabled","budget_tokens":9000}}`
	call, problem := Parse(engine.Anthropic, Messages, []byte(interleaved))
	if problem != nil {
		t.Fatal(problem)
	}
	if _, _, err := call.Render(nil, Edits{MaxTokens: 2000}); err != nil {
		t.Errorf("a budget that was above max_tokens before: %v", err)
	}
	tight, _ := Parse(engine.Anthropic, Messages, []byte(`{"model":"a","max_tokens":5000,"thinking":{"type":"enabled","budget_tokens":4096}}`))
	if got, applied, err := tight.Render(nil, Edits{MaxTokens: 10}); err != nil || applied != nil || len(got) != len(tight.Body) {
		t.Errorf("a bound that leaves the budget no room: %s, %v, %v", got, applied, err)
	}
}

// What no edit touches stays as it was, byte for byte, and the result reads as the edits say.
func FuzzRender(f *testing.F) {
	f.Add([]byte(`{"model":"x", "max_tokens":50 ,"a":1, "b" : {"c":[]}}`), "y", 20, "b", []byte(`[1, 2]`), "a")
	f.Add(conversation(1<<10), "", 0, "system", []byte(`null`), "tools")
	f.Add([]byte(`{"model":"x","stream":true,"max_output_tokens":39}`), strings.Repeat("y", 257), 0, "model", []byte(`""`), "max_tokens")
	f.Add([]byte(`{"model":"x"}`), "", 0, "stream", []byte(`1`), "max_completion_tokens")
	f.Add([]byte(`{}`), "y", 0, "b", []byte("\"\xff\""), "a")
	f.Fuzz(func(t *testing.T, body []byte, model string, maxTokens int, set string, value []byte, deleted string) {
		for _, endpoint := range []Endpoint{Messages, ChatCompletions, Responses} {
			call, problem := Parse(engine.Anthropic, endpoint, body)
			if problem != nil {
				continue
			}
			before := bytes.Clone(body)
			edits := Edits{Model: model, MaxTokens: maxTokens, Body: map[string]json.RawMessage{set: value, deleted: json.RawMessage("null")}}
			got, applied, err := call.Render(nil, edits)
			if err != nil {
				continue
			}
			if !bytes.Equal(body, before) {
				t.Fatal("the client's body was written to")
			}
			if json.Valid(body) && json.Valid(value) && !json.Valid(got) {
				t.Fatalf("not JSON any more: %s", got)
			}
			again, problem := Parse(engine.Anthropic, endpoint, got)
			if problem != nil {
				if json.Valid(value) {
					t.Fatalf("%s: %v", got, problem)
				}
				continue
			}
			checkUntouched(t, call, again, applied)
		}
	})
}

// checkUntouched compares every field that applied does not name.
func checkUntouched(t *testing.T, before, after *Call, applied []string) {
	said := strings.Join(applied, ",")
	for _, f := range before.fields {
		name := string(f.name)
		changed := strings.Contains(said, "body;"+headerWord(name)) || name == "model" && strings.Contains(said, "model;") ||
			strings.HasPrefix(name, "max_") && strings.Contains(said, "max_tokens;")
		if !changed && !bytes.Equal(before.Value(name), after.Value(name)) {
			t.Errorf("%q changed from %q to %q, applied %v", name, before.Value(name), after.Value(name), applied)
		}
	}
	if len(applied) == 0 && &before.Body[0] != &after.Body[0] {
		t.Error("nothing applied, and yet another body")
	}
}
