package proxy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/simtarget"
)

// A conversation that another model took over for a turn goes back to Claude without that model's thinking, which Claude would
// refuse; its own thinking comes back to it as it was.
func TestForeignThinkingStaysWithItsModel(t *testing.T) {
	thinks := simtarget.Says(simtarget.Content{Thinking: "Hm, well.", Text: "Yes."})
	byModel := map[string]string{"overload.ts": `export function decide(r, attempts) {
		return attempts.length ? { fail: "last" } : r.model.startsWith("claude") ? { send: "a" } : { send: "b" };
	}`}
	for _, other := range []engine.API{engine.OpenAI, engine.Anthropic} {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s stream=%t", other, stream), func(t *testing.T) {
				t.Parallel()
				l := start(t, setup{Targets: []simtarget.Config{{Behaviour: thinks}, {Dialect: other, Behaviour: thinks}}, Policies: byModel})
				asked := l.Post(t, "/v1/messages", fmt.Sprintf(`{"model":"open-weights","max_tokens":99,"stream":%t,"messages":[{"role":"user","content":"a"}]}`, stream))
				block := `{"type":"thinking","thinking":"Hm, well.","signature":""}`
				if strings.Contains(asked.Body, "c2ltdWxhdGVk") {
					block = strings.Replace(block, `""`, `"c2ltdWxhdGVk"`, 1)
				} else if other == engine.Anthropic {
					t.Fatalf("no signature in %s", asked.Body)
				}
				own := `{"type":"thinking","thinking":"Mine.","signature":"EqMDCkYIBxgC"}`
				conversation := `[{"role":"user","content":"a"},{"role":"assistant","content":[%s{"type":"text","text":"Yes."}]},` +
					`{"role":"user","content":"b"},{"role":"assistant","content":[` + own + `,{"type":"text","text":"Ok."}]},{"role":"user","content":"c"}]`
				got := l.Post(t, "/v1/messages", `{"model":"claude-opus-5-5","max_tokens":99,"messages":`+fmt.Sprintf(conversation, block+", ")+`}`)
				if got.StatusCode != 200 {
					t.Fatalf("%d %s", got.StatusCode, got.Body)
				}
				if arrived := gjson.GetBytes(l.Targets[0].Requests()[0].Body, "messages").Raw; arrived != fmt.Sprintf(conversation, "") {
					t.Errorf("Claude got %s", arrived)
				}
				if edits := got.Header.Get("X-Spillway-Edits"); edits != "trim;foreign_thinking=1" {
					t.Errorf("x-spillway-edits: %q", edits)
				}
			})
		}
	}
}

// DeepSeek answers to Claude's names, and does not sign as Claude does.
func TestThinkingOfAServerThatCallsItselfClaudeIsForeign(t *testing.T) {
	for says, stays := range map[string]bool{"": false, "    signatures: true\n": true} {
		thinks := simtarget.Says(simtarget.Content{Thinking: "Hm, well.", Text: "Yes."})
		l := start(t, setup{
			Targets: []simtarget.Config{{Behaviour: thinks}, {Behaviour: thinks}}, Under: map[string]string{"b": "    server: deepseek\n" + says},
			Policies: map[string]string{"overload.ts": `export function decide(r) { return { send: r.model === "claude-opus-5-5" ? "b" : "a" } }`},
		})
		l.Post(t, "/v1/messages", message(false))
		block := `{"type":"thinking","thinking":"Hm, well.","signature":"c2ltdWxhdGVk"}`
		l.Post(t, "/v1/messages", `{"model":"claude-sonnet-5-5","max_tokens":99,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[`+block+`,{"type":"text","text":"Yes."}]},{"role":"user","content":"b"}]}`)
		if arrived := string(l.Targets[0].Requests()[0].Body); strings.Contains(arrived, block) != stays {
			t.Errorf("with %q Claude got %s", says, arrived)
		}
	}
}

// knowsItsOwn refuses thinking as Claude does: all that it did not sign.
func knowsItsOwn(r *simtarget.Seen) simtarget.Answer {
	refused := ""
	gjson.GetBytes(r.Body, "messages.#.content|@flatten").ForEach(func(_, block gjson.Result) bool {
		switch kind := block.Get("type").Str; {
		case kind == "thinking" && block.Get("signature").Str == "":
			refused = "messages.1.content.0.thinking.signature: Field required"
		case kind == "thinking" && block.Get("signature").Str != "EqMDCkYIBxgC":
			refused = "messages.1.content.0: Invalid `signature` in `thinking` block"
		case kind == "redacted_thinking":
			refused = "messages.1.content.0: Invalid `data` in `redacted_thinking` block"
		}
		return refused == ""
	})
	if refused != "" {
		return simtarget.JSON(400, `{"type":"error","error":{"type":"invalid_request_error","message":"`+refused+`"}}`)(r)
	}
	return simtarget.Message("Yes.")(r)
}

// What a restart forgot, a refusal tells again: the thinking of other models goes then, and the conversation is not lost.
func TestThinkingThatClaudeRefusesIsTakenOut(t *testing.T) {
	again := map[string]string{"overload.ts": `export function decide(r, attempts) {
		return attempts.length && attempts.at(-1).retry !== "same" ? { fail: "last" } : { send: "a" };
	}`}
	const conversation = `{"model":"claude-opus-5-5","max_tokens":99,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[%s{"type":"text","text":"Yes."}]},{"role":"user","content":"b"}]}`
	for name, c := range map[string]struct {
		block, forbid string
		sends         []int // in each of two requests
		status        int
		edits         string
	}{
		"foreign":   {`{"type":"thinking","thinking":"Hm.","signature":"x"}, `, "", []int{2, 1}, 200, "trim;foreign_thinking=1"},
		"unsigned":  {`{"type":"thinking","thinking":"Hm.","signature":""}, `, "", []int{2, 1}, 200, "trim;foreign_thinking=1"},
		"redacted":  {`{"type":"redacted_thinking","data":"x"}, `, "", []int{2, 1}, 200, "trim;foreign_thinking=1"},
		"its own":   {`{"type":"thinking","thinking":"Hm.","signature":"EqMDCkYIBxgC"}, `, "", []int{1, 1}, 200, ""},
		"forbidden": {`{"type":"thinking","thinking":"Hm.","signature":"x"}, `, "trim", []int{1, 1}, 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, setup{Targets: []simtarget.Config{{Behaviour: knowsItsOwn}}, Policies: again})
			sends := 0
			for i, want := range c.sends {
				got := l.Post(t, "/v1/messages", fmt.Sprintf(conversation, c.block), "X-Spillway-Forbid", c.forbid)
				if sends += want; got.StatusCode != c.status || got.Header.Get("X-Spillway-Edits") != c.edits || len(l.Targets[0].Requests()) != sends {
					t.Fatalf("request %d: %d, edits %q, %d sends: %s", i, got.StatusCode, got.Header.Get("X-Spillway-Edits"), len(l.Targets[0].Requests()), got.Body)
				}
			}
		})
	}
}

// A target that still refuses is not asked for ever.
func TestThinkingThatIsRefusedAnyhowIsRefusedOnce(t *testing.T) {
	again := map[string]string{"overload.ts": `export function decide(r, attempts) {
		return attempts.length && attempts.at(-1).retry !== "same" ? { fail: "last" } : { send: "a" };
	}`}
	refuses := simtarget.JSON(400, `{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: Invalid `+"`signature` in `thinking`"+` block"}}`)
	l := start(t, setup{Targets: []simtarget.Config{{Behaviour: refuses}}, Policies: again})
	body := `{"model":"claude-opus-5-5","max_tokens":99,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"x"}]},{"role":"user","content":"b"}]}`
	if got := l.Post(t, "/v1/messages", body); got.StatusCode != 400 || len(l.Targets[0].Requests()) != 2 {
		t.Errorf("%d after %d sends: %s", got.StatusCode, len(l.Targets[0].Requests()), got.Body)
	}
}

// Where all thinking is Claude's, none is looked at.
func TestOddThinkingIsNoBusinessOfAProxyBeforeClaudeAlone(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}}})
	body := `{"model":"claude-opus-5-5","max_tokens":99,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":""}]},{"role":"user","content":"b"}]}`
	if got := l.Post(t, "/v1/messages", body); got.StatusCode != 200 {
		t.Fatalf("%d %s", got.StatusCode, got.Body)
	}
	if arrived := string(l.Targets[0].Requests()[0].Body); arrived != body {
		t.Errorf("Claude got %s", arrived)
	}
}

// Where the caller forbids to take it out, Claude is not asked: it would refuse.
func TestForeignThinkingThatMustStayMakesClaudeUnfit(t *testing.T) {
	l := start(t, setup{Targets: []simtarget.Config{{}, {Dialect: engine.OpenAI}}, Policies: toFirst})
	body := `{"model":"claude-opus-5-5","max_tokens":99,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":""},{"type":"text","text":"Yes."}]},{"role":"user","content":"b"}]}`
	got := l.Post(t, "/v1/messages", body, "X-Spillway-Forbid", "trim")
	if got.StatusCode != 400 || !strings.Contains(got.Body, "thinking of another model") || len(l.Targets[0].Requests()) > 0 {
		t.Errorf("%d %s", got.StatusCode, got.Body)
	}
}

// Older Claudes refuse to think in the middle of a round of tools that another model began, and do not think until it is over.
func TestClaudeDoesNotThinkAmidARoundOfToolsOfAnother(t *testing.T) {
	const round = `{"model":%q,"max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":2000},"tools":[{"name":"look","input_schema":{"type":"object"}}],` +
		`"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[%s{"type":"tool_use","id":"t","name":"look","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}%s]}]}`
	own := `{"type":"thinking","thinking":"Mine.","signature":"EqMDCkYIBxgC"},`
	for name, c := range map[string]struct {
		body, want, edits string
	}{
		"another's": {fmt.Sprintf(round, "claude-sonnet-4-5", "", ""), "disabled", "body;thinking"},
		"its own":   {fmt.Sprintf(round, "claude-sonnet-4-5", own, ""), "enabled", ""},
		"adaptive":  {fmt.Sprintf(round, "claude-opus-4-6", "", ""), "enabled", ""},
		"over":      {strings.Replace(fmt.Sprintf(round, "claude-sonnet-4-5", "", ""), `]}]}`, `]},{"role":"assistant","content":"Ok."},{"role":"user","content":"b"}]}`, 1), "enabled", ""},
	} {
		l := start(t, setup{Targets: []simtarget.Config{{}, {Dialect: engine.OpenAI}}, Policies: toFirst})
		got := l.Post(t, "/v1/messages", c.body)
		if got.StatusCode != 200 || got.Header.Get("X-Spillway-Edits") != c.edits {
			t.Errorf("%s: %d, edits %q: %s", name, got.StatusCode, got.Header.Get("X-Spillway-Edits"), got.Body)
			continue
		}
		if thinking := gjson.GetBytes(l.Targets[0].Requests()[0].Body, "thinking.type").Str; thinking != c.want {
			t.Errorf("%s: thinking is %s", name, thinking)
		}
	}
}
