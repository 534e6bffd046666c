package proof

import (
	"fmt"
	"strings"
)

// anthropic writes a conversation of so many turns, the last of which is under way.
func (w *writer) anthropic(c *Conversation, turns int) {
	c.Moves = w.chance(20)
	if w.marks = 4; c.Moves {
		w.marks = 3
	}
	w.frame(c)
	if w.chance(4) {
		c.say(w.object(`"role":"assistant"`, member("content", w.list(w.object(kind("compaction"), member("content", w.text(20)))))))
	}
	for turn := range turns + 1 {
		w.opening(c)
		for range w.r.IntN(5) {
			if turn == turns && w.chance(30) {
				break
			}
			w.round(c)
		}
		if turn < turns {
			w.answers(c)
		}
	}
	if w.chance(3) { // paused: the target goes on with its own tool
		c.say(w.assistant(w.block(), w.serverCall("web_search", w.id("srvtoolu"))))
		c.ask()
	}
}

// frame writes what stands around the messages.
func (w *writer) frame(c *Conversation) {
	budget := 1024 + w.r.IntN(4000)
	fields := []string{`"model":"claude-opus-5-5"`, fmt.Sprintf(`"max_tokens":%d`, budget+1+w.r.IntN(9000)), member("tools", w.tools())}
	if system := w.system(); system != "" {
		fields = append(fields, member("system", system))
	}
	switch w.r.IntN(4) {
	case 0:
		fields = append(fields, fmt.Sprintf(`"thinking":{"type":"enabled","budget_tokens":%d}`, budget))
	case 1:
		fields = append(fields, `"thinking":{"type":"adaptive"}`, `"output_config":{"effort":"low"}`)
	}
	if w.marks > 0 && w.chance(10) {
		w.marks--
		fields = append(fields, cacheControl[1:])
	}
	if w.chance(50) {
		fields = append(fields, `"stream":true`)
	}
	w.r.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	at := w.r.IntN(len(fields))
	c.head = "{" + strings.Join(fields[:at], ","+w.gap)
	if at > 0 {
		c.head += ","
	}
	c.tail = "," + strings.Join(fields[at:], ",") + "}"
}

func (w *writer) tools() string {
	tools := []string{
		`{"name":"write","description":"\"tool_result\"","input_schema":{"type":"object","properties":{}}}`,
		`{"type":"bash_20250124","name":"bash"}`,
		`{"type":"web_search_20250305","name":"web_search","max_uses":3}`,
		`{"type":"code_execution_20250825","name":"code_execution"}`,
		w.marked(`{"name":"read","input_schema":{"type":"object"}}`, false),
	}
	return w.list(tools[w.r.IntN(len(tools)):]...)
}

func (w *writer) system() string {
	switch w.r.IntN(4) {
	case 0:
		return ""
	case 1:
		return pick(w, `""`, w.text(9))
	default:
		return w.list(`{"type":"text","text":"be good"}`, w.marked(w.block(), false))
	}
}

func (w *writer) user(blocks ...string) string {
	return w.object(`"role":"user"`, member("content", w.list(blocks...)))
}

func (w *writer) assistant(blocks ...string) string {
	return w.object(`"role":"assistant"`, member("content", w.list(blocks...)))
}

// opening is what a user begins a turn with: a message or two, and what the system has to add.
func (w *writer) opening(c *Conversation) {
	for more := true; more; more = w.chance(10) {
		if w.chance(40) {
			c.say(w.object(`"role":"user"`, member("content", w.text(20))))
			continue
		}
		blocks := []string{w.marked(w.block(), true)}
		for range w.r.IntN(3) {
			blocks = append(blocks, w.marked(w.shown(), false))
		}
		if w.chance(10) {
			blocks = append(blocks, `{"type":"text","text":" "}`)
		}
		w.r.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
		c.say(w.user(blocks...))
	}
	if w.chance(10) {
		c.say(w.object(`"role":"system"`, member("content", pick(w, w.text(5), w.list(w.block())))))
	}
	c.ask()
}

// round is the assistant's calls and the user's results.
func (w *writer) round(c *Conversation) {
	calls, results := w.thoughts(), []string(nil)
	if w.chance(30) {
		calls = append(calls, w.marked(w.block(), false))
	}
	if w.chance(10) {
		calls = append(calls, w.served()...)
	}
	nested := ""
	if w.chance(10) {
		nested = w.id("srvtoolu")
		calls = append(calls, w.serverCall("code_execution", nested))
	}
	for range 1 + w.r.IntN(3) {
		id := w.id("toolu")
		calls = append(calls, w.marked(w.call(id, nested), false))
		if w.chance(10) {
			calls = append(calls, w.thoughts()...)
		}
		results = append(results, w.marked(w.result(id), true))
	}
	w.r.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
	if w.chance(15) {
		results = append(results, pick(w, w.block(), w.shown()))
	}
	c.say(w.assistant(calls...), w.user(results...))
	if w.chance(5) {
		c.say(`{"role":"system","content":"mind the gap"}`)
	}
	c.ask()
	if nested != "" {
		c.say(w.assistant(w.object(kind("code_execution_tool_result"), member("tool_use_id", nested), `"content":{"type":"code_execution_result","stdout":"","stderr":"","return_code":0,"content":[]}`), w.block()))
	}
}

// answers end a turn.
func (w *writer) answers(c *Conversation) {
	for more := true; more; more = w.chance(5) {
		switch w.r.IntN(12) {
		case 0:
			c.say(w.object(`"role":"assistant"`, member("content", pick(w, `""`, w.text(20)))))
		case 1:
			c.say(w.assistant())
		case 2: // nothing said, only thought
			c.say(w.assistant(pick(w, thinking, redacted), pick(w, `{"type":"text","text":" "}`, redacted)))
		case 3:
			c.say(w.assistant(append(w.served(), w.block())...))
		default:
			c.say(w.assistant(append(w.thoughts(), w.marked(w.block(), false))...))
		}
	}
}
