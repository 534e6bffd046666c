package translate

import (
	"strings"

	"github.com/tidwall/gjson"
)

// messages writes a chat completion as a Messages request.
func (t *Translation) messages() {
	t.w.open('{')
	for name, value := range t.from.Fields {
		if v := view(value); v.Type != gjson.Null {
			t.messagesField(name, v)
		}
	}
	t.w.number("max_tokens", int64(t.messagesMaxTokens()))
	t.messagesToolChoice()
	t.messagesPastTools()
	t.messagesThinking()
	t.w.end('}')
}

// messagesMaxTokens: Anthropic's dialect wants a bound.
func (t *Translation) messagesMaxTokens() int {
	switch {
	case t.from.MaxTokens > 0:
		return t.from.MaxTokens
	case t.to.MaxTokens > 0:
		return t.to.MaxTokens
	default:
		return defaultMaxTokens
	}
}

// messagesField writes one field of a chat completion. A field that this table does not have may mean anything, and is refused.
func (t *Translation) messagesField(name string, v gjson.Result) {
	w := &t.w
	switch name {
	case "model", "stream":
		w.key(name).raw(v.Raw)
	case "messages":
		t.turns(t.from.Value("messages"))
	case "max_tokens", "max_completion_tokens", "stream_options", "tool_choice", "parallel_tool_calls", "reasoning_effort",
		"top_logprobs": // with another field
	case "temperature", "top_p":
		t.messagesSampling(name, v)
	case "stop":
		t.messagesStop(v)
	case "tools":
		t.messagesTools()
	case "response_format":
		t.messagesFormat(v)
	case "user", "safety_identifier":
		if name == "safety_identifier" || !t.from.Has("safety_identifier") {
			w.key("metadata").open('{')
			w.key("user_id").text(v.String())
			w.end('}')
		}
	case "service_tier":
		t.messagesTier(v)
	case "n", "logprobs", "modalities", "logit_bias":
		t.messagesUsual(name, v)
	case "store":
		if v.Bool() {
			t.Drop(name)
		}
	case "seed", "presence_penalty", "frequency_penalty", "prediction", "metadata", "verbosity", "prompt_cache_key",
		"prompt_cache_retention", "prompt_cache_options":
		t.Drop(name)
	default: // audio, functions, web_search_options, and what is yet to come
		t.refuse(name, v)
	}
}

// messagesUsual: of some fields there is only what they usually say.
func (t *Translation) messagesUsual(name string, v gjson.Result) {
	switch name {
	case "n":
		if v.Int() != 1 {
			t.refusef("n is %s, and a message is one answer", v.Raw)
		}
	case "logprobs":
		if v.Bool() {
			t.refusef("logprobs have no equivalent")
		}
	case "modalities":
		if list := v.Array(); len(list) != 1 || list[0].Str != "text" {
			t.refusef("modalities %s have no equivalent", v.Raw)
		}
	case "logit_bias": // it may forbid a word, or allow but one
		if len(v.Map()) > 0 {
			t.refusef("logit_bias has no equivalent")
		}
	}
}

// messagesSampling: Claude's newer models refuse any value but the default, and so does any that thinks; the others refuse a
// temperature above 1, and both at once.
func (t *Translation) messagesSampling(name string, v gjson.Result) {
	thinking, _ := t.plan()
	switch {
	case t.to.Model.FixedSampling, thinking != "", name == "top_p" && t.from.Has("temperature"):
		t.Drop(name)
	case name == "temperature" && v.Num > 1:
		t.Drop(name)
		t.w.key(name).raw("1")
	default:
		t.w.key(name).raw(v.Raw)
	}
}

// messagesStop: Anthropic refuses blank ones, which many a chat completion has.
func (t *Translation) messagesStop(v gjson.Result) {
	t.w.key("stop_sequences").open('[')
	for _, stop := range v.Array() {
		if strings.TrimSpace(stop.String()) == "" {
			t.refusef("stop %s is blank, and a message stops at text alone", stop.Raw)
		}
		t.w.raw(stop.Raw)
	}
	t.w.end(']')
}

func (t *Translation) messagesTools() {
	if !t.hasTools() {
		return
	}
	t.w.key("tools").open('[')
	for tool := range value(t.from.Value("tools")).elements() {
		t.messagesTool(view(tool))
	}
	t.w.end(']')
}

// messagesPastTools: Anthropic wants to know the tools of the calls in a conversation, although none may be called any more.
func (t *Translation) messagesPastTools() {
	if t.hasTools() || len(t.past.names) == 0 {
		return
	}
	w := &t.w
	w.key("tools").open('[')
	for _, name := range t.past.names {
		w.open('{')
		w.key("name").text(name)
		w.key("input_schema")
		w.parameters(gjson.Result{})
		w.end('}')
	}
	w.end(']')
	w.key("tool_choice").raw(`{"type":"none"}`)
}

func (t *Translation) messagesTool(tool gjson.Result) {
	if kind := tool.Get("type").Str; kind != "function" {
		t.refusef("a tool of type %s has no equivalent", kind)
		return
	}
	w, f := &t.w, tool.Get("function")
	w.open('{')
	w.key("name").text(t.toolName(f.Get("name").Str))
	if d := f.Get("description"); d.Type == gjson.String {
		w.key("description").raw(d.Raw)
	}
	w.key("input_schema")
	switch schema := f.Get("parameters"); {
	case !f.Get("strict").Bool() || !ofObject(schema):
		w.parameters(schema)
	case isOpen(schema):
		t.Drop("strict")
		w.parameters(schema)
	default:
		t.held(schema)
		w.key("strict").raw("true")
	}
	w.end('}')
}

// messagesToolChoice joins what chat completions say in two fields.
func (t *Translation) messagesToolChoice() {
	choice, parallel := view(t.from.Value("tool_choice")), view(t.from.Value("parallel_tool_calls"))
	oneByOne := parallel.Exists() && !parallel.Bool() && parallel.Type != gjson.Null
	kind, name := "", ""
	switch {
	case choice.IsObject() && choice.Get("type").Str == "function":
		kind, name = "tool", t.toolName(choice.Get("function.name").Str)
	case choice.IsObject():
		t.refusef("tool_choice of type %s has no equivalent", choice.Get("type").Str)
	case choice.Str == "required":
		kind = "any"
	case choice.Str == "auto" || choice.Str == "none":
		kind = choice.Str
	case choice.Type == gjson.String:
		t.refusef("tool_choice %q is not known", choice.Str)
	case oneByOne:
		kind = "auto"
	}
	if kind == "" || !t.hasTools() {
		return
	}
	if (kind == "any" || kind == "tool") && t.to.Model.FreeTools {
		t.refusef("tool_choice may not force a tool at this model")
	}
	w := &t.w
	w.key("tool_choice").open('{')
	w.key("type").word(kind)
	if name != "" {
		w.key("name").text(name)
	}
	if oneByOne && kind != "none" {
		w.key("disable_parallel_tool_use").raw("true")
	}
	w.end('}')
}

// messagesFormat: a JSON object without a schema has no equivalent, and is asked for in words (turns).
func (t *Translation) messagesFormat(v gjson.Result) {
	switch kind := v.Get("type").Str; kind {
	case "text":
	case "json_object":
		t.Drop("response_format")
	case "json_schema":
		schema := v.Get("json_schema.schema")
		if !schema.IsObject() {
			t.refusef("response_format json_schema without a schema")
			return
		}
		if isOpen(schema) {
			t.refusef("response_format with a schema that allows properties it does not name has no equivalent")
			return
		}
		t.w.key("output_config").open('{')
		t.w.key("format").open('{')
		t.w.key("type").word("json_schema")
		t.w.key("schema")
		t.held(schema)
		t.w.end('}')
		t.messagesEffort()
		t.w.end('}')
	default:
		t.refusef("response_format %s has no equivalent", kind)
	}
}

func (t *Translation) messagesTier(v gjson.Result) {
	switch v.Str {
	case "auto":
		t.w.key("service_tier").word("auto")
	case "default":
		t.w.key("service_tier").word("standard_only")
	default:
		t.Drop("service_tier")
	}
}
