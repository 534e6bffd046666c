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
