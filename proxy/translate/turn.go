package translate

import (
	"strings"

	"github.com/tidwall/gjson"
)

// turns writes a chat's messages as a system prompt and a conversation. The messages at its head that instruct are the system
// prompt. Later ones stay the system's where the model takes that; else they become a user's text that says so, behind the
// results of tools if they stand among them.
func (t *Translation) turns(messages value) {
	var list []pastMessage
	for m := range messages.elements() {
		list = append(list, readPast(m))
	}
	head := 0
	for head < len(list) && instructs(list[head].role) {
		head++
	}
	t.system(list[:head])
	w := &t.w
	w.key("messages").open('[')
	var late []pastMessage // instructions that are not written yet
	for i := head; i < len(list) && t.err == nil; i++ {
		switch m := list[i]; {
		case instructs(m.role):
			late = append(late, m)
		case m.role == "tool":
			end := i
			for end < len(list) && (list[end].role == "tool" || instructs(list[end].role)) {
				end++
			}
			t.results(list[i:end], late, answersNext(list[end:]))
			i, late = end-1, nil
		default:
			t.instruct(late, answersNext(list[i:]))
			late = nil
			t.turn(&m)
		}
	}
	t.instruct(late, true)
	w.end(']')
	if t.err == nil {
		t.checkTurns()
	}
}

// checkTurns refuses what Anthropic would: some of the messages may have been blank, and are none.
func (t *Translation) checkTurns() {
	switch {
	case t.saidFirst == "":
		t.refusef("there is no message of a user")
	case t.saidFirst == "assistant":
		t.refusef("it begins with an answer")
	case t.saidLast == "assistant":
		t.refusef("it ends with the beginning of an answer, which newer models do not continue")
	}
}

func instructs(role string) bool { return role == "system" || role == "developer" }

// answersNext says whether the assistant speaks next, now or at once.
func answersNext(rest []pastMessage) bool {
	return len(rest) == 0 || rest[0].role == "assistant"
}

// jsonAlone asks for what response_format json_object makes sure of.
const jsonAlone = `"Answer with one JSON object and nothing else: no text before or behind it, and no code fence around it."`

func (t *Translation) system(messages []pastMessage) {
	w := &t.w
	var texts []value
	for _, m := range messages {
		texts = append(texts, t.texts(m.content)...)
	}
	if value(t.from.Value("response_format")).get("type").text() == "json_object" {
		texts = append(texts, value(jsonAlone))
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
func (t *Translation) texts(content value) (texts []value) {
	add := func(text value) {
		if !text.blank() {
			texts = append(texts, text)
		}
	}
	add(content)
	for part := range content.elements() {
		switch kind := part.get("type").text(); kind {
		case "text":
			add(part.get("text"))
		case "refusal":
			add(part.get("refusal"))
		case "":
		default:
			t.refusef("a part of type %s has no equivalent where it stands", kind)
		}
	}
	return texts
}

// turn writes a user's or an assistant's message.
func (t *Translation) turn(m *pastMessage) {
	if m.name != nil {
		t.Drop("name")
	}
	switch m.role {
	case "user":
		t.userTurn(m.content)
	case "assistant":
		t.assistantTurn(m)
	default:
		t.refusef("the role %q has no equivalent", m.role)
	}
}

func (t *Translation) userTurn(content value) {
	t.says("user", func() {
		if !content.blank() {
			t.textBlock(content)
		}
		for part := range content.elements() {
			if part.isObject() {
				t.block(part)
			}
		}
	})
}

func (t *Translation) assistantTurn(m *pastMessage) {
	if m.functionCall.isObject() || m.audio.isObject() {
		t.refusef("an answer with function_call or audio has no equivalent")
		return
	}
	if m.thought {
		t.Drop("reasoning") // unsigned, it may not become thinking
	}
	texts := t.texts(m.content)
	if !m.refusal.blank() {
		texts = append(texts, m.refusal)
	}
	t.says("assistant", func() {
		for _, text := range texts {
			t.textBlock(text)
		}
		for call := range m.toolCalls.elements() {
			t.toolUse(call)
		}
	})
}

func (t *Translation) toolUse(call value) {
	if kind := call.get("type").text(); kind != "function" && kind != "" {
		t.refusef("a tool call of type %s has no equivalent", kind)
		return
	}
	arguments := strings.TrimSpace(call.get("function").get("arguments").plain())
	if arguments == "" {
		arguments = "{}"
	}
	if !gjson.Valid(arguments) || arguments[0] != '{' {
		t.refusef("the arguments of tool call %s are no JSON object", call.get("id").plain())
		return
	}
	w := &t.w
	w.open('{')
	w.key("type").word("tool_use")
	w.key("id").text(t.past.call(call.get("id").plain()))
	w.key("name").text(t.past.of(t.toolName(call.get("function").get("name").text())))
	w.key("input").raw(arguments)
	w.end('}')
}

// results writes the tool messages that follow one answer as one user's message, and behind them the instructions that stood
// before and among them.
func (t *Translation) results(messages, late []pastMessage, answersNext bool) {
	w := &t.w
	w.open('{')
	w.key("role").word("user")
	w.key("content").open('[')
	for _, m := range messages {
		if instructs(m.role) {
			late = append(late, m)
			continue
		}
		w.open('{')
		w.key("type").word("tool_result")
		w.key("tool_use_id").text(t.past.result(m.toolCallID.plain()))
		w.key("content").joined("", newline, t.texts(m.content)...)
		w.end('}')
	}
	t.wrote("user")
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
func (t *Translation) instruct(late []pastMessage, answersNext bool) {
	if len(late) == 0 {
		return
	}
	if !t.takesSystem(answersNext) {
		t.says("user", func() { t.reminders(late) })
		return
	}
	t.says("system", func() {
		for _, m := range late {
			for _, text := range t.texts(m.content) {
				t.textBlock(text)
			}
		}
	})
}

// reminders writes late instructions as texts of a user's.
func (t *Translation) reminders(late []pastMessage) {
	for _, m := range late {
		for _, text := range t.texts(m.content) {
			marked := "<system>\n" + text.text() + "\n</system>"
			t.textBlock(quoted(marked))
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
	t.wrote(role)
}

// wrote notes the role of a message that has been written.
func (t *Translation) wrote(role string) {
	if t.saidFirst == "" {
		t.saidFirst = role
	}
	t.saidLast = role
}

// pastMessage is a message of a chat that is told as a turn.
type pastMessage struct {
	role                                                               string
	name, content, refusal, toolCalls, toolCallID, functionCall, audio value
	thought                                                            bool // it tells thoughts too
}

func readPast(message value) (m pastMessage) {
	for name, v := range message.members() {
		switch name {
		case "role":
			m.role = v.text()
		case "name":
			m.name = v
		case "content":
			m.content = v
		case "refusal":
			m.refusal = v
		case "tool_calls":
			m.toolCalls = v
		case "tool_call_id":
			m.toolCallID = v
		case "function_call":
			m.functionCall = v
		case "audio":
			m.audio = v
		case "reasoning_content", "reasoning":
			m.thought = m.thought || len(v.inside()) > 0
		case "reasoning_details":
			m.thought = m.thought || v.hasAny()
		}
	}
	return m
}
