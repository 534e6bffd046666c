package trim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
	"spillway/proxy/trim"
)

// shown is a picture that costs as much as its bytes.
const shown = `{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABiVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"}}`

// turns is a conversation of so many turns, each a question with a picture, some thinking, a tool's result of 1,000 bytes and an
// answer; the last is a question alone.
func turns(tb testing.TB, n int) *dialect.Call {
	tb.Helper()
	var b strings.Builder
	b.WriteString(`{"model":"m","max_tokens":9000,"tools":[{"name":"look","input_schema":{}}],"messages":[`)
	for i := range n {
		fmt.Fprintf(&b, `{"role":"user","content":[{"type":"text","text":"Look at %d"},%s]},`, i, shown)
		fmt.Fprintf(&b, `{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"tool_use","id":"t%d","name":"look","input":{}}]},`, i)
		fmt.Fprintf(&b, `{"role":"user","content":[{"type":"tool_result","tool_use_id":"t%d","content":"%s"}]},`, i, strings.Repeat("x", 1000))
		b.WriteString(`{"role":"assistant","content":"Seen."},`)
	}
	b.WriteString(`{"role":"user","content":"And now?"}]}`)
	call, err := read(false, []byte(b.String()))
	if err != nil {
		tb.Fatal(err)
	}
	return call
}

// What goes, and in which order.
func TestTrim(t *testing.T) {
	size := func(raw []byte) int { return len(raw) }
	for name, c := range map[string]struct {
		trim  engine.Trim
		turns int
		bound bool
		want  string // without how much was saved
	}{
		"results, one less than enough":      {engine.Trim{KeepToolResults: new(3)}, 7, false, ""},
		"results, enough":                    {engine.Trim{KeepToolResults: new(3)}, 8, false, "trim;tool_results=5"},
		"results, until enough again":        {engine.Trim{KeepToolResults: new(3)}, 12, false, "trim;tool_results=5"},
		"results, enough again":              {engine.Trim{KeepToolResults: new(3)}, 13, false, "trim;tool_results=10"},
		"results, as many again as are kept": {engine.Trim{KeepToolResults: new(8)}, 16, false, "trim;tool_results=8"},
		"all results":                        {engine.Trim{KeepToolResults: new(0)}, 5, false, "trim;tool_results=4"}, // the fifth came within the last turn
		"not of that tool":                   {engine.Trim{KeepToolResults: new(0), Except: []string{"look"}}, 9, false, ""},
		"turns":                              {engine.Trim{KeepTurns: new(2)}, 6, false, "trim;turns=5"},
		"never the last turn":                {engine.Trim{KeepTurns: new(0)}, 9, false, "trim;turns=5"},
		"thinking":                           {engine.Trim{DropThinking: true}, 3, false, "trim;thinking=3"},
		"images":                             {engine.Trim{Images: "drop old"}, 3, false, "trim;images=3"},
		"images kept":                        {engine.Trim{Images: "keep"}, 3, false, ""},
		"not worth it":                       {engine.Trim{DropThinking: true, MinTokens: 1000}, 3, false, ""},
		"below the goal":                     {engine.Trim{To: 15_000}, 10, false, ""},
		"down to 65 % of it: thinking first": {engine.Trim{To: 9000}, 8, false, "trim;tool_results=4;thinking=6"},
		"then images":                        {engine.Trim{To: 5000}, 10, false, "trim;tool_results=9;thinking=9;images=7"},
		"images kept, so turns":              {engine.Trim{To: 3300, Images: "keep"}, 10, false, "trim;tool_results=2;turns=6;thinking=2"},
		"turns last":                         {engine.Trim{To: 2000}, 10, false, "trim;tool_results=1;turns=8;thinking=1;images=1"},
		"as far as it may":                   {engine.Trim{To: 10}, 4, false, "trim;turns=4"},
		"with what is to be kept":            {engine.Trim{To: 10, KeepTurns: new(3), KeepToolResults: new(1)}, 4, false, "trim;tool_results=1;turns=2;thinking=2;images=2"},
		"bound thinking goes with the first": {engine.Trim{KeepToolResults: new(3)}, 8, true, "trim;tool_results=5;thinking=8"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := trim.Trim(turns(t, c.turns), trim.Options{Trim: c.trim, Tokens: size, PrefixBound: c.bound})
			if err != nil {
				t.Fatal(err)
			}
			told, _, _ := strings.Cut(strings.Join(got.Applied, ","), ";saved=")
			if told != c.want {
				t.Errorf("%s, want %s", told, c.want)
			}
		})
	}
}

// On a model that binds thinking to what stands before it nothing is cut while a tool round is open, unless it began cut.
func TestOpenRound(t *testing.T) {
	whole := turns(t, 9)
	open, err := read(false, []byte(strings.TrimSuffix(string(whole.Body), "]}")+`,{"role":"assistant","content":[{"type":"tool_use","id":"z","name":"look","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"z"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	o := trim.Options{Trim: engine.Trim{KeepToolResults: new(3)}, PrefixBound: true}
	if got, err := trim.Trim(open, o); err != nil || got.Call != open || got.Untouched == "" {
		t.Errorf("%+v, %v", got, err)
	}
	o.LoopTrimmed = true
	begun, _ := trim.Trim(whole, o)
	if got, err := trim.Trim(open, o); err != nil || !strings.HasPrefix(string(got.Call.Body), strings.TrimSuffix(string(begun.Call.Body), "]}")) {
		t.Errorf("%+v, %v", got, err)
	}
	if whole, open := trim.Loop(whole), trim.Loop(open); whole != 37 || open != 37 {
		t.Errorf("the loop began with %d messages, and with %d", whole, open)
	}
}

// A result that tells which tools there are stays: calls of them may follow.
func TestToolReferencesStay(t *testing.T) {
	call := turns(t, 9)
	referring := strings.Replace(string(call.Body), `"content":"`+strings.Repeat("x", 1000)+`"`, `"content":[{"type":"tool_reference","tool_name":"look"},{"type":"text","text":"`+strings.Repeat("x", 1000)+`"}]`, 1)
	call, err := read(false, []byte(referring))
	if err != nil {
		t.Fatal(err)
	}
	got, err := trim.Trim(call, trim.Options{Trim: engine.Trim{KeepToolResults: new(0)}})
	if err != nil || got.ToolResults == 0 || !strings.Contains(string(got.Call.Body), "tool_reference") {
		t.Errorf("%d results went, %v", got.ToolResults, err)
	}
}

// Foreign thinking goes wherever it stands, and with it white space that the target takes only beside thinking.
func TestForeignThinking(t *testing.T) {
	const foreign, own, blank = `{"type":"thinking","thinking":"hm","signature":"x"}`, `{"type":"thinking","thinking":"hm","signature":"s"}`, `{"type":"text","text":"\n\n"}`
	for content, want := range map[string]string{
		foreign + `,{"type":"text","text":"Yes."}`: `{"type":"text","text":"Yes."}`,
		foreign:                           ``,
		foreign + `,` + blank:             ``,
		foreign + `,` + own:               own,
		own + `,` + blank:                 own + `,` + blank,
		foreign + `,` + own + `,` + blank: own + `,` + blank,
	} {
		call, err := read(false, []byte(`{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[`+content+`]},{"role":"user","content":"b"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := trim.Thinking(call, func(block []byte) bool { return strings.Contains(string(block), `"x"`) })
		if err != nil {
			t.Fatal(err)
		}
		if left := gjson.GetBytes(got.Body, "messages.1.content").Raw; left != "["+want+"]" {
			t.Errorf("[%s]\nleft %s\nwant [%s]", content, left, want)
		}
		if err := grammar.Check(got); err != nil {
			t.Error(err)
		}
	}
}
