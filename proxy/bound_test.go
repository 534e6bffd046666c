package proxy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/proxy/simtarget"
)

// thinking is a block as a model signs it for what stands before it.
const thinking = `{"type":"thinking","thinking":"","signature":"EqMDCkYIBxgC"},`

// called is a message that calls a tool after some thinking, and its result.
func called(id string) string {
	return fmt.Sprintf(`,{"role":"assistant","content":[%s{"type":"tool_use","id":%q,"name":"look","input":{}}]}`, thinking, id) +
		fmt.Sprintf(`,{"role":"user","content":[{"type":"tool_result","tool_use_id":%q,"content":"x"}]}`, id)
}

// A model that binds thinking to all before it gets a tool loop on as it got its beginning: cut, though nobody asks for a cut any
// more. When the loop is over, its thinking does not come back without the cut.
func TestBoundThinkingKeepsItsCut(t *testing.T) {
	l := start(t, setup{
		Targets: []simtarget.Config{{}},
		Policies: decides(`return attempts.length ? { fail: "last" } :
			{ send: "a", trim: request.header("x-cut") ? { keepToolResults: 3 } : undefined }`),
	})
	ask := func(what, body, cut, wantEdits string, headers ...string) string {
		t.Helper()
		got := l.Post(t, "/v1/messages", body, append(headers, "X-Cut", cut)...)
		if edits := got.Header.Get("X-Spillway-Edits"); got.StatusCode != 200 || !strings.HasPrefix(edits, wantEdits) || wantEdits == "" && edits != "" {
			t.Fatalf("%s: %d, x-spillway-edits %q, want %q\n%.300s", what, got.StatusCode, edits, wantEdits, got.Body)
		}
		seen := l.Targets[0].Requests()
		return strings.TrimSuffix(gjson.GetBytes(seen[len(seen)-1].Body, "messages").Raw, "]")
	}
	begun := strings.TrimSuffix(rounds("claude-fable-5-1", 20), "]}")
	untouched := ask("before any cut", begun+called("u1")+"]}", "", "")
	if !strings.Contains(untouched, "EqMDCkYIBxgC") {
		t.Fatal("thinking went that nobody touched")
	}

	first := ask("a turn begins", begun+"]}", "yes", "trim;tool_results=15;saved=")
	second := ask("its tool loop", begun+called("u1")+"]}", "", "trim;tool_results=15;saved=")
	if !strings.HasPrefix(second, first) || !strings.Contains(second, "EqMDCkYIBxgC") {
		t.Errorf("the loop does not go on as it began:\n%.200s\n%.200s", first, second)
	}
	third := ask("its tool loop, with another wish", begun+called("u1")+called("u2")+"]}", "yes", "trim;tool_results=15;saved=")
	if !strings.HasPrefix(third, second) {
		t.Errorf("the loop does not go on as it was:\n%.200s\n%.200s", second, third)
	}

	next := begun + called("u1") + called("u2") + `,{"role":"assistant","content":[` + thinking + `{"type":"text","text":"Done."}]},{"role":"user","content":"Go on."}`
	over := ask("the next turn, uncut", next+"]}", "", "trim;thinking=3;saved=")
	if strings.Contains(over, "EqMDCkYIBxgC") || strings.Contains(over, "cleared") {
		t.Errorf("thinking that is bound to a cut came back without it:\n%.200s", over)
	}
	if further := ask("its tool loop", next+called("u3")+"]}", "", "trim;thinking=3;saved="); !strings.HasPrefix(further, over) {
		t.Errorf("the loop does not go on as it began:\n%.200s\n%.200s", over, further)
	}
	retold := begun + `,{"role":"assistant","content":"Done."},{"role":"user","content":"Anew."}`
	ask("a turn begins, cut", retold+"]}", "yes", "trim;tool_results=15;saved=")
	ask("and again, whole", retold+"]}", "", "")
	ask("its tool loop, as it began at last", retold+called("u4")+"]}", "", "")
	ask("cut once more", retold+"]}", "yes", "trim;tool_results=15;saved=")
	ask("and whole, for nobody may cut", retold+"]}", "yes", "", "X-Spillway-Forbid", "trim")
	ask("its tool loop, as it began at last", retold+called("u4")+"]}", "", "")
	if trace := l.Get(t, "/api/requests"); !strings.Contains(trace, "claude-fable-5-1") {
		t.Error(trace)
	}
}
