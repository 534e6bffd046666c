package trim_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"spillway/proxy/dialect"
)

func seedBytes(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 7))
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// conversation is a well-formed one with some turns, the same beginning for each length.
func conversation(seed uint64, endpoint dialect.Endpoint, turns int) []byte {
	w := writer{r: rand.New(rand.NewPCG(seed, 1))}
	w.rich = seed%3 > 0
	w.gap = []string{"", " ", "\n  "}[seed%3]
	list := w.messages
	head := `{"model":"m","max_tokens":9000,"system":"be good","tools":[{"name":"read","input_schema":{}}],`
	if endpoint == dialect.ChatCompletions {
		list, head = w.chat, `{"model":"m",`
	}
	return []byte(head + `"messages":` + w.list(list(turns)) + `,"stream":true}`)
}

type writer struct {
	r    *rand.Rand
	rich bool // images, marks, server tools, odd shapes
	gap  string
	ids  int
}

func (w *writer) list(elements []string) string {
	return "[" + w.gap + strings.Join(elements, w.gap+","+w.gap) + w.gap + "]"
}

func (w *writer) text(most int) string {
	return fmt.Sprintf("%q", strings.Repeat("word\n", 1+w.r.IntN(most)))
}
func (w *writer) chance(percent int) bool  { return w.rich && w.r.IntN(100) < percent }
func (w *writer) block(text string) string { return `{"type":"text","text":` + text + `}` }

const (
	picture  = `{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z"}}`
	imageURL = `{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"}}`
	thinks   = `{"type":"thinking","thinking":"let me see","signature":"EqoBCkgIARABGAIiQL"}`
	redacted = `{"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"}`
)

// messages are Anthropic's: turns of rounds, the last turn possibly in the middle of one.
func (w *writer) messages(turns int) (list []string) {
	user := func(blocks ...string) string { return `{"role":"user","content":` + w.list(blocks) + `}` }
	for turn := range turns + 1 {
		switch {
		case w.chance(20):
			list = append(list, user(w.block(w.text(9)), picture))
		case w.chance(10):
			list = append(list, `{"role":"user","content":"context"}`, user(w.block(w.text(9))))
		default:
			list = append(list, `{"role":"user","content":`+w.text(9)+`}`)
		}
		if w.chance(10) {
			list = append(list, `{"role":"system","content":"mind the gap"}`)
		}
		if turn == turns && w.r.IntN(3) > 0 {
			return list
		}
		for range w.r.IntN(4) {
			calls, results := w.round()
			list = append(list, calls, user(results...))
		}
		if turn < turns {
			list = append(list, w.answer())
		}
	}
	return list
}

func (w *writer) round() (calls string, results []string) {
	var blocks []string
	if w.r.IntN(2) == 0 {
		blocks = append(blocks, thinks)
	}
	for range 1 + w.r.IntN(3) {
		w.ids++
		id := fmt.Sprintf("toolu_%d", w.ids)
		name := []string{"read", "write"}[w.r.IntN(2)]
		blocks = append(blocks, `{"type":"tool_use","id":"`+id+`","name":"`+name+`","input":{"path":"a\"b]"}}`)
		results = append(results, `{"type":"tool_result","tool_use_id":"`+id+`"`+w.resultContent()+`}`)
	}
	if w.chance(10) {
		results = append(results, w.block(`"a reminder"`))
	}
	return `{"content":` + w.list(blocks) + `,"role":"assistant"}`, results
}

func (w *writer) resultContent() string {
	if !w.chance(60) {
		return `,"content":` + w.text(60)
	}
	switch w.r.IntN(6) {
	case 0:
		return ``
	case 1:
		return `,"content":[],"is_error":true`
	case 2, 3:
		return `,"content":` + w.list([]string{w.block(w.text(20)), picture})
	default:
		return `,"content":` + w.list([]string{w.block(w.text(20))}) + `,"is_error":false`
	}
}

func (w *writer) answer() string {
	var blocks []string
	switch w.r.IntN(4) {
	case 0:
		blocks = append(blocks, thinks, redacted)
	case 1:
		blocks = append(blocks, thinks)
	}
	if w.chance(5) {
		if len(blocks) > 0 {
			return `{"role":"assistant","content":` + w.list(append(blocks, w.block(`" "`))) + `}`
		}
		return `{"role":"assistant","content":[]}`
	}
	if w.chance(15) {
		w.ids++
		blocks = append(blocks, fmt.Sprintf(`{"type":"server_tool_use","id":"srv_%d","name":"web_search","input":{}}`, w.ids),
			fmt.Sprintf(`{"type":"web_search_tool_result","tool_use_id":"srv_%d","content":[]}`, w.ids))
	}
	return `{"role":"assistant","content":` + w.list(append(blocks, w.block(w.text(30)))) + `}`
}

// chat is the same for Chat Completions.
func (w *writer) chat(turns int) (list []string) {
	list = append(list, `{"role":"system","content":"be good"}`)
	for turn := range turns + 1 {
		if w.chance(20) {
			list = append(list, `{"role":"user","content":`+w.list([]string{w.block(w.text(9)), imageURL})+`}`)
		} else {
			list = append(list, `{"role":"user","content":`+w.text(9)+`}`)
		}
		if w.chance(10) {
			list = append(list, `{"role":"developer","content":"mind the gap"}`)
		}
		if turn == turns && w.r.IntN(3) > 0 {
			return list
		}
		for range w.r.IntN(4) {
			list = append(list, w.chatRound()...)
		}
		if turn < turns {
			reasoning := ""
			if w.r.IntN(2) == 0 {
				reasoning = `"reasoning_content":"let me see",`
			}
			list = append(list, `{`+reasoning+`"role":"assistant","content":`+w.text(30)+`}`)
		}
	}
	return list
}

func (w *writer) chatRound() []string {
	if w.chance(10) {
		return []string{`{"role":"assistant","function_call":{"name":"read","arguments":"{}"}}`, `{"role":"function","name":"read","content":` + w.text(60) + `}`}
	}
	var calls, results []string
	for range 1 + w.r.IntN(3) {
		w.ids++
		name := []string{"read", "write"}[w.r.IntN(2)]
		calls = append(calls, fmt.Sprintf(`{"id":"call_%d","type":"function","function":{"name":"%s","arguments":"{}"}}`, w.ids%5, name))
		results = append(results, fmt.Sprintf(`{"role":"tool","tool_call_id":"call_%d","content":%s}`, w.ids%5, w.text(60)))
	}
	reasoning := ""
	if w.r.IntN(2) == 0 {
		reasoning = `,"reasoning_content":"let me see"`
	}
	return append([]string{`{"role":"assistant","content":null` + reasoning + `,"tool_calls":` + w.list(calls) + `}`}, results...)
}
