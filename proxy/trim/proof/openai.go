package proof

import (
	"fmt"
	"strings"
)

// openAI writes a chat of so many turns, the last of which is under way.
func (w *writer) openAI(c *Conversation, turns int) {
	c.head = pick(w, `{"model":"gpt-5.6",`, `{"stream":true,"model":"m","tools":[{"type":"function","function":{"name":"read"}}],`)
	c.tail = pick(w, `}`, `,"max_completion_tokens":4000}`, `, "parallel_tool_calls":true }`)
	if w.chance(80) {
		c.say(w.object(member("role", pick(w, `"system"`, `"developer"`)), member("content", w.text(20))))
	}
	if w.chance(5) {
		c.say(`{"role":"assistant","content":"Hello! What can I do?"}`)
	}
	for turn := range turns + 1 {
		w.asked(c)
		for range w.r.IntN(5) {
			if turn == turns && w.chance(30) {
				break
			}
			w.chatRound(c)
		}
		if turn < turns {
			w.answered(c)
		}
	}
}

func (w *writer) asked(c *Conversation) {
	for more := true; more; more = w.chance(10) {
		content := w.text(20)
		if w.chance(40) {
			parts := []string{w.block()}
			for range w.r.IntN(3) {
				parts = append(parts, w.attached())
			}
			content = w.list(parts...)
		}
		c.say(w.object(`"role":"user"`, member("content", content)))
	}
	if w.chance(10) {
		c.say(w.object(member("role", pick(w, `"system"`, `"developer"`)), member("content", pick(w, w.text(5), w.list(w.block())))))
	}
	c.ask()
}

// attached is what may stand beside a text.
func (w *writer) attached() string {
	switch w.r.IntN(4) {
	case 0:
		return w.object(kind("file"), member("file", w.object(`"filename":"a.pdf"`, member("file_data", w.data()))))
	case 1:
		return w.object(kind("input_audio"), member("input_audio", w.object(`"format":"wav"`, member("data", w.data()))))
	default:
		return w.object(kind("image_url"), member("image_url", w.object(`"detail":"low"`, member("url", w.data()))))
	}
}

// chatRound is the assistant's calls, and a message for each result. Ids are few: servers count them anew in each answer.
func (w *writer) chatRound(c *Conversation) {
	if w.chance(10) {
		c.say(`{"role":"assistant","content":null,"function_call":{"name":"read","arguments":"{}"}}`,
			w.object(`"role":"function"`, `"name":"read"`, member("content", w.long())))
		c.ask()
		return
	}
	var calls, results []string
	for n := range 1 + w.r.IntN(4) {
		id := fmt.Sprintf(`"call_%d"`, n)
		if w.chance(30) {
			id = w.id("other")
		}
		name := pick(w, `"read"`, `"write"`, `"bash"`)
		call := w.object(kind("function"), member("id", id), member("function", w.object(member("name", name), member("arguments", w.text(5)))))
		if w.chance(10) {
			call = w.object(kind("custom"), member("id", id), member("custom", w.object(member("name", name), member("input", w.text(5)))))
		}
		calls = append(calls, call)
		results = append(results, w.object(`"role":"tool"`, member("tool_call_id", id), member("content", w.chatResult())))
	}
	w.r.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
	members := append(w.reasoning(), `"role":"assistant"`, member("tool_calls", w.list(calls...)))
	if w.chance(70) {
		members = append(members, member("content", pick(w, `null`, `""`, w.text(9))))
	}
	c.say(w.object(members...))
	c.say(results...)
	c.ask()
}

func (w *writer) chatResult() string {
	switch w.r.IntN(8) {
	case 0:
		return `""`
	case 1, 2:
		return w.list(w.object(kind("text"), member("text", w.long())), w.block())
	default:
		return w.long()
	}
}

func (w *writer) reasoning() []string {
	if w.chance(60) {
		return nil
	}
	return []string{member("reasoning_content", pick(w, `""`, `null`, w.text(9)))}
}

func (w *writer) answered(c *Conversation) {
	for more := true; more; more = w.chance(5) {
		said := pick(w, member("content", w.text(20)), member("content", w.list(w.block())), `"content":null,"refusal":"no"`, `"audio":{"id":"audio_1"}`)
		c.say(w.object(append(w.reasoning(), `"role":"assistant"`, strings.ReplaceAll(said, mark, ""))...))
	}
}
