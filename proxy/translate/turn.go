package translate

import (
	"strings"

	"github.com/tidwall/gjson"
)

// turns writes a chat's messages as a system prompt and a conversation. The messages at its head that instruct are the system
// prompt. Later ones stay the system's where the model takes that; else they become a user's text that says so, behind the
// results of tools if they stand among them.
func (t *Translation) turns(messages gjson.Result) {
	list := messages.Array()
	head := 0
	for head < len(list) && instructs(list[head]) {
		head++
	}
	t.system(list[:head])
	w := &t.w
	w.key("messages").open('[')
	begin := len(w.b)
	var late []gjson.Result // instructions that are not written yet
	for i := head; i < len(list) && t.err == nil; i++ {
		switch m := list[i]; {
		case instructs(m):
			late = append(late, m)
		case m.Get("role").Str == "tool":
			end := i
			for end < len(list) && (list[end].Get("role").Str == "tool" || instructs(list[end])) {
				end++
			}
			t.results(list[i:end], late, answersNext(list[end:]))
			i, late = end-1, nil
		default:
			t.instruct(late, answersNext(list[i:]))
			late = nil
			t.turn(readMessage(m))
		}
	}
	t.instruct(late, true)
	w.end(']')
	if t.err == nil {
		t.checkTurns(view(w.b[begin-1:]))
	}
}

// checkTurns refuses what Anthropic would: some of the messages may have been blank, and are none.
func (t *Translation) checkTurns(turns gjson.Result) {
	first, last := "", ""
	turns.ForEach(func(_, m gjson.Result) bool {
		last = m.Get("role").Str
		if first == "" {
			first = last
		}
		return true
	})
	switch {
	case first == "":
		t.refusef("there is no message of a user")
	case first == "assistant":
		t.refusef("it begins with an answer")
	case last == "assistant":
		t.refusef("it ends with the beginning of an answer, which newer models do not continue")
	}
}

func instructs(m gjson.Result) bool {
	role := m.Get("role").Str
	return role == "system" || role == "developer"
}

// answersNext says whether the assistant speaks next, now or at once.
func answersNext(rest []gjson.Result) bool {
	return len(rest) == 0 || rest[0].Get("role").Str == "assistant"
}

// jsonAlone asks for what response_format json_object makes sure of.
const jsonAlone = `"Answer with one JSON object and nothing else: no text before or behind it, and no code fence around it."`

func (t *Translation) system(messages []gjson.Result) {
	w := &t.w
	var texts []gjson.Result
	for _, m := range messages {
		texts = append(texts, t.texts(m.Get("content"))...)
	}
	if parse(t.from.Value("response_format")).Get("type").Str == "json_object" {
		texts = append(texts, gjson.Parse(jsonAlone))
	}
	if len(texts) == 0 {
		return
	}
	w.key("system").open('[')
	for _, text := range texts {
		t.textBlock(text)
	}
	w.end(']')
}

// texts are the texts of a content that may hold nothing else, without blank ones, which Anthropic refuses.
func (t *Translation) texts(content gjson.Result) (texts []gjson.Result) {
	add := func(text gjson.Result) {
		if !blank(text) {
			texts = append(texts, text)
		}
	}
	add(content)
	content.ForEach(func(_, part gjson.Result) bool {
		switch kind := part.Get("type").Str; kind {
		case "text":
			add(part.Get("text"))
		case "refusal":
			add(part.Get("refusal"))
		case "":
		default:
			t.refusef("a part of type %s has no equivalent where it stands", kind)
		}
		return t.err == nil
	})
	return texts
}

// turn writes a user's or an assistant's message.
func (t *Translation) turn(m message) {
	if m.name.Exists() {
		t.Drop("name")
	}
	switch role := m.role.Str; role {
	case "user":
		t.userTurn(m.content)
	case "assistant":
		t.assistantTurn(&m)
	default:
		t.refusef("the role %q has no equivalent", role)
	}
}

func (t *Translation) userTurn(content gjson.Result) {
	t.says("user", func() {
		if !blank(content) {
			t.textBlock(content)
		}
		content.ForEach(func(_, part gjson.Result) bool {
			if part.IsObject() {
				t.block(part)
			}
			return t.err == nil
		})
	})
}

func (t *Translation) assistantTurn(m *message) {
	if m.functionCall.IsObject() || m.audio.IsObject() {
		t.refusef("an answer with function_call or audio has no equivalent")
		return
	}
	m.said(func(kind string, _ gjson.Result) {
		if kind == thought {
			t.Drop("reasoning") // unsigned, it may not become thinking
		}
	})
	texts := t.texts(m.content)
	if !blank(m.refusal) {
		texts = append(texts, m.refusal)
	}
	t.says("assistant", func() {
		for _, text := range texts {
			t.textBlock(text)
		}
		for _, call := range m.toolCalls.Array() {
			t.toolUse(call)
		}
	})
}

func (t *Translation) toolUse(call gjson.Result) {
	if kind := call.Get("type").Str; kind != "function" && kind != "" {
		t.refusef("a tool call of type %s has no equivalent", kind)
		return
	}
	arguments := strings.TrimSpace(call.Get("function.arguments").String())
	if arguments == "" {
		arguments = "{}"
	}
	if !gjson.Valid(arguments) || arguments[0] != '{' {
		t.refusef("the arguments of tool call %s are no JSON object", call.Get("id").String())
		return
	}
	w := &t.w
	w.open('{')
	w.key("type").word("tool_use")
	w.key("id").text(t.past.call(call.Get("id").String()))
	w.key("name").text(t.past.of(t.toolName(call.Get("function.name").Str)))
	w.key("input").raw(arguments)
	w.end('}')
}

// results writes the tool messages that follow one answer as one user's message, and behind them the instructions that stood
// before and among them.
func (t *Translation) results(messages, late []gjson.Result, answersNext bool) {
	w := &t.w
	w.open('{')
	w.key("role").word("user")
	w.key("content").open('[')
	for _, m := range messages {
		if instructs(m) {
			late = append(late, m)
			continue
		}
		m := readMessage(m)
		w.open('{')
		w.key("type").word("tool_result")
		w.key("tool_use_id").text(t.past.result(m.toolCallID.String()))
		w.key("content").lines(t.texts(m.content))
		w.end('}')
	}
	t.saidLast = "user"
	asSystem := t.takesSystem(answersNext)
	if !asSystem {
		t.reminders(late)
	}
	w.end(']')
	w.end('}')
	if asSystem {
		t.instruct(late, answersNext)
	}
}

// takesSystem says whether a message of the system's may come next: some models take one that follows a user's and that the
// assistant answers.
func (t *Translation) takesSystem(answersNext bool) bool {
	return t.to.Server.SystemTurns && t.to.Model.SystemTurns && t.saidLast == "user" && answersNext
}

// instruct writes late instructions as one message.
func (t *Translation) instruct(late []gjson.Result, answersNext bool) {
	if len(late) == 0 {
		return
	}
	if !t.takesSystem(answersNext) {
		t.says("user", func() { t.reminders(late) })
		return
	}
	t.says("system", func() {
		for _, m := range late {
			for _, text := range t.texts(m.Get("content")) {
				t.textBlock(text)
			}
		}
	})
}

// reminders writes late instructions as texts of a user's.
func (t *Translation) reminders(late []gjson.Result) {
	for _, m := range late {
		for _, text := range t.texts(m.Get("content")) {
			marked := "<system>\n" + text.Str + "\n</system>"
			t.textBlock(gjson.Result{Type: gjson.String, Str: marked, Raw: string(gjson.AppendJSONString(nil, marked))})
			t.Drop("system_role")
		}
	}
}

// says writes a message of a role, unless nothing is written into it: then it is none.
func (t *Translation) says(role string, content func()) {
	w := &t.w
	mark := len(w.b)
	w.open('{')
	w.key("role").word(role)
	w.key("content").open('[')
	inside := len(w.b)
	if content(); len(w.b) == inside {
		w.b = w.b[:mark]
		return
	}
	w.end(']')
	w.end('}')
	t.saidLast = role
}
