package dialect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
)

func outlineOf(t *testing.T, endpoint Endpoint, body string) engine.Outline {
	t.Helper()
	api := engine.OpenAI
	if endpoint == Messages {
		api = engine.Anthropic
	}
	call, problem := Parse(api, endpoint, []byte(body))
	if problem != nil {
		t.Fatal(problem)
	}
	return call.Outline()
}

func TestOutlineCounts(t *testing.T) {
	text := strings.Repeat("abc", 1000) // 3,000 bytes
	for name, c := range map[string]struct {
		endpoint Endpoint
		body     string
		want     engine.Outline
	}{
		"nothing":         {Messages, `{"model":"m"}`, engine.Outline{Movable: true}},
		"prose":           {Messages, `{"model":"m","system":"` + text + `","messages":[{"role":"user","content":"` + text + `"}]}`, engine.Outline{Messages: 1, InputTokens: 2000 + 4, Movable: true}},
		"blocks":          {Messages, `{"model":"m","system":[{"type":"text","text":"` + text + `"}],"messages":[{"role":"user","content":[{"type":"text","text":"` + text + `"}]}]}`, engine.Outline{Messages: 1, InputTokens: 2000 + 4, Movable: true}},
		"escapes":         {Messages, `{"model":"m","messages":[{"role":"user","content":"` + strings.Repeat(`\n`, 3000) + strings.Repeat(`\u4e2d`, 1000) + `"}]}`, engine.Outline{Messages: 1, InputTokens: 2000 + 4, Movable: true}},
		"image":           {Messages, `{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"` + text + `"}}]}]}`, engine.Outline{Messages: 1, InputTokens: 1600 + 4, Movable: true}},
		"document":        {Messages, `{"model":"m","messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","data":"` + strings.Repeat(text, 100) + `"}}]}]}`, engine.Outline{Messages: 1, InputTokens: 10000 + 4, Movable: true}},
		"plain document":  {Messages, `{"model":"m","messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","data":"` + text + `"}}]}]}`, engine.Outline{Messages: 1, InputTokens: 1000 + 8 + 4, Movable: true}},
		"tools":           {Messages, `{"model":"m","messages":[],"tools":[{"name":"a"},{"name":"b"}]}`, engine.Outline{Tools: 2, InputTokens: 350 + 8, Movable: true}},
		"parallel tools":  {Messages, `{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"x":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"` + text + `"},{"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"` + text + `"},{"type":"image","source":{}}]}]}]}`, engine.Outline{Messages: 2, ToolResults: 2, ToolResultTokens: 3600, InputTokens: 3600 + 8 + 2, Movable: true}},
		"nested results":  {Messages, `{"model":"m","messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"tool_result","content":"x"}]}]}]}`, engine.Outline{Messages: 1, ToolResults: 1, ToolResultTokens: 12, InputTokens: 16, Movable: true}},
		"chat tools":      {ChatCompletions, `{"model":"m","tools":[{}],"messages":[{"role":"system","content":"abc"},{"role":"user","content":"` + text[:2999] + `12345"},{"role":"assistant","content":null,"tool_calls":[]},{"role":"tool","tool_call_id":"a","content":"` + text + text[:500] + `"}]}`, engine.Outline{Messages: 4, Tools: 1, ToolResults: 1, ToolResultTokens: 1166, InputTokens: 2171 + 16, Movable: true}},
		"response":        {Responses, `{"model":"m","instructions":"abc","input":"` + text + `"}`, engine.Outline{Messages: 1, InputTokens: 1001, Movable: true}},
		"response items":  {Responses, `{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"` + text + `"}]},{"type":"reasoning","summary":[]},{"type":"function_call","name":"f","arguments":"{}"},{"type":"function_call_output","output":"` + text + `"}]}`, engine.Outline{Messages: 4, ToolResults: 1, ToolResultTokens: 1000, InputTokens: 2004 + 16 + 24, Movable: true}},
		"metadata":        {Messages, `{"model":"m","metadata": {"user_id" : "u"} }`, engine.Outline{Metadata: []byte(`{"user_id" : "u"}`), Movable: true}},
		"null metadata":   {ChatCompletions, `{"model":"m","metadata":null}`, engine.Outline{Movable: true}},
		"odd shapes":      {Messages, `{"model":"m","system":7,"messages":[1,"x",[],{"role":7},{"content":{}},{"role":"user","content":[3,[],{}]}],"tools":{"a":[]},"thinking":[]}`, engine.Outline{Messages: 6, InputTokens: 26, Movable: true}},
		"messages of air": {ChatCompletions, `{"model":"m","messages":{"role":"user"}}`, engine.Outline{Movable: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got := outlineOf(t, c.endpoint, c.body)
			got.Conversation = ""
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOutlineThinking(t *testing.T) {
	for body, want := range map[string]bool{
		`"thinking":{"type":"enabled","budget_tokens":2048}`: true,
		`"thinking":{"type":"adaptive"}`:                     true,
		`"thinking":{"type":"disabled"}`:                     false,
		`"thinking":null`:                                    false,
		`"x":1`:                                              false,
	} {
		if got := outlineOf(t, Messages, `{"model":"m",`+body+`}`).Thinking; got != want {
			t.Errorf("%s: %v", body, got)
		}
	}
	for effort, want := range map[string]bool{`"high"`: true, `"minimal"`: true, `"none"`: false, `null`: false} {
		if got := outlineOf(t, ChatCompletions, `{"model":"m","reasoning_effort":`+effort+`}`).Thinking; got != want {
			t.Errorf("chat %s: %v", effort, got)
		}
		if got := outlineOf(t, Responses, `{"model":"m","reasoning":{"summary":"auto","effort":`+effort+`}}`).Thinking; got != want {
			t.Errorf("response %s: %v", effort, got)
		}
	}
}

func TestOutlineMovable(t *testing.T) {
	for _, c := range []struct {
		endpoint Endpoint
		body     string
		want     bool
	}{
		{Messages, `"thread":{"type":"create"}`, true},
		{Messages, `"thread":{"type":"continue","previous_message_id":"msg_1"}`, false},
		{Messages, `"fallback_credit_token":"tok"`, false},
		{Messages, `"fallback_credit_token":null`, true},
		{Messages, `"container":"container_1"`, false},
		{Messages, `"messages":[{"role":"assistant","content":[{"type":"compaction","content":"s","signature":"sig"}]}]`, false},
		{Messages, `"messages":[{"role":"assistant","content":[{"type":"compaction","content":"s","encrypted_content":"e"}]}]`, false},
		{Messages, `"messages":[{"role":"assistant","content":[{"type":"compaction","content":"s"}]}]`, true},
		{Messages, `"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"s","signature":"sig"}]}]`, true},
		{ChatCompletions, `"previous_response_id":"r"`, true},
		{Responses, `"previous_response_id":"r"`, false},
		{Responses, `"previous_response_id":null`, true},
		{Responses, `"conversation":{"id":"c"}`, false},
		{Responses, `"input":[{"type":"item_reference","id":"i"}]`, false},
		{Responses, `"input":"hello"`, true},
	} {
		if got := outlineOf(t, c.endpoint, `{"model":"m",`+c.body+`}`).Movable; got != c.want {
			t.Errorf("%s: %v", c.body, got)
		}
	}
}

func TestConversationIsTheSameEveryTurn(t *testing.T) {
	body := func(system, first, rest string) string {
		return fmt.Sprintf(`{"model":"m","system":%s,"messages":[{"role":"user","content":%s}%s]}`, system, first, rest)
	}
	same := []string{
		body(`"be kind"`, `"hello"`, ``),
		body(`"be kind"`, `"hello"`, `,{"role":"assistant","content":"hi"},{"role":"user","content":"more"}`),
		body(`[{"type":"text","text":"be kind","cache_control":{"type":"ephemeral"}}]`, `[{"type":"text","text":"hello"}]`, ``),
		body(`"be kind"`, `[{"type":"text","text":"hello","cache_control":{"type":"ephemeral"}}]`, ``),
	}
	want := outlineOf(t, Messages, same[0]).Conversation
	if len(want) != 16 {
		t.Fatalf("conversation %q", want)
	}
	for _, b := range same {
		if got := outlineOf(t, Messages, b).Conversation; got != want {
			t.Errorf("%s: %s, want %s", b, got, want)
		}
	}
	for _, b := range []string{body(`"be cruel"`, `"hello"`, ``), body(`"be kind"`, `"hallo"`, ``), body(`"be kindhello"`, `""`, ``), body(`""`, `"be kindhello"`, ``)} {
		if got := outlineOf(t, Messages, b).Conversation; got == want {
			t.Errorf("%s is the same conversation", b)
		}
	}
	chat := outlineOf(t, ChatCompletions, `{"model":"m","messages":[{"role":"developer","content":"be kind"},{"role":"user","content":"hello"},{"role":"system","content":"later"}]}`)
	if chat.Conversation != want {
		t.Errorf("chat: %s, want %s", chat.Conversation, want)
	}
	if got := outlineOf(t, Messages, `{"model":"m"}`).Conversation; got != "" {
		t.Errorf("no messages: %q", got)
	}
}

func TestOutlineIsOwnedAndReadOnce(t *testing.T) {
	body := []byte(`{"model":"m","metadata":{"user_id":"u"},"messages":[{"role":"user","content":"hello"}]}`)
	call, problem := Parse(engine.Anthropic, Messages, body)
	if problem != nil {
		t.Fatal(problem)
	}
	first := call.Outline()
	clear(body)
	if diff := cmp.Diff(first, call.Outline()); diff != "" || string(first.Metadata) != `{"user_id":"u"}` {
		t.Errorf("metadata %q\n%s", first.Metadata, diff)
	}
}

func TestWideCharactersWeighMore(t *testing.T) {
	tokens := func(text string) int {
		call, problem := Parse(engine.Anthropic, Messages, []byte(`{"model":"m","messages":[{"role":"user","content":"`+text+`"}]}`))
		if problem != nil {
			t.Fatal(problem)
		}
		return call.Outline().InputTokens - messageTokens
	}
	if ascii, chinese := tokens(strings.Repeat("abc", 1000)), tokens(strings.Repeat("abc", 500)+strings.Repeat("\u4e2d", 500)); ascii != 1000 || chinese != 500+625 {
		t.Errorf("1,000 x abc = %d tokens; half of it Chinese = %d", ascii, chinese)
	}
}

func hashes(t *testing.T, body string) (list []uint64) {
	t.Helper()
	call, problem := Parse(engine.Anthropic, Messages, []byte(body))
	if problem != nil {
		t.Fatal(problem)
	}
	for _, p := range call.Prefixes() {
		list = append(list, p.Hash)
	}
	return list
}

// Wherever a block can stand, a mark for the cache makes no other prompt of it.
func TestMarksMakeNoOtherPrefix(t *testing.T) {
	for name, content := range map[string]string{
		"a block":               `[{"type":"text","text":"a"#}]`,
		"an image":              `[{"type":"image","source":{"type":"url","url":"u"}#}]`,
		"a tool's result":       `[{"type":"tool_result","tool_use_id":"t","content":"a"#}]`,
		"inside a result":       `[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"a"#}]}]`,
		"a document":            `[{"type":"document","source":{"type":"text","data":"a"}#}]`,
		"inside a document":     `[{"type":"document","source":{"type":"content","content":[{"type":"text","text":"a"#}]}}]`,
		"a block of tomorrow":   `[{"type":"smell","of":{"type":"text","text":"a"#}}]`,
		"a call with arguments": `[{"type":"tool_use","id":"t","name":"n","input":{"a":"b"}#}]`,
	} {
		prompt := func(mark string) string {
			return `{"model":"m","messages":[{"role":"user","content":` + strings.ReplaceAll(content, "#", mark) + `}]}`
		}
		plain, marked := hashes(t, prompt("")), hashes(t, prompt(`,"cache_control":{"type":"ephemeral"}`))
		if plain[0] != marked[0] {
			t.Errorf("%s: another prefix", name)
		}
	}
}

func TestPrefixes(t *testing.T) {
	first := hashes(t, `{"model":"m","system":"s","messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}]}`)
	for name, c := range map[string]struct {
		body string
		same bool
	}{
		"one turn more, the mark moved": {`{"model":"m","system":"s","messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","content":"b"},{"role":"user","content":[{"cache_control":{"type":"ephemeral"}, "type":"text","text":"c"}]}]}`, true},
		"the mark first":                {`{"model":"m","system":"s","messages":[{"role":"user","content":[{"cache_control": {"type":"ephemeral"}, "type":"text","text":"a"}]}]}`, true},
		"another model":                 {`{"model":"n","system":"s","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}`, true},
		"another text":                  {`{"model":"m","system":"s","messages":[{"role":"user","content":[{"type":"text","text":"b"}]}]}`, false},
		"another system prompt":         {`{"model":"m","system":"t","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}`, false},
		"a tool":                        {`{"model":"m","system":"s","tools":[{"name":"t"}],"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}`, false},
		"the words as a text":           {`{"model":"m","system":"s","messages":[{"role":"user","content":[{"type":"text","text":"cache_control"}]}]}`, false},
	} {
		if got := hashes(t, c.body); (got[0] == first[0]) != c.same {
			t.Errorf("%s: the same is %v, want %v", name, !c.same, c.same)
		}
	}
	if got := hashes(t, `{"model":"m","messages":[]}`); len(got) != 0 {
		t.Errorf("%d prefixes of nothing", len(got))
	}
}
