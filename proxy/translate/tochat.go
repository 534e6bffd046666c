package translate

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/tidwall/gjson"
)

// chat writes a Messages request as a chat completion.
func (t *Translation) chat() {
	t.w.open('{')
	for name, value := range t.from.Fields {
		if v := view(value); v.Type != gjson.Null {
			t.chatField(name, v)
		}
	}
	t.chatReasoning()
	t.w.end('}')
}

// chatField writes one field of a Messages request. A field that this table does not have may mean anything, and is refused.
func (t *Translation) chatField(name string, v gjson.Result) {
	w := &t.w
	switch name {
	case "model":
		w.key("model").raw(v.Raw)
	case "max_tokens":
		t.chatMaxTokens(v)
	case "messages":
		t.chatMessages(t.from.Value("system"), t.from.Value("messages"))
	case "system", "thinking":
	case "stream":
		w.key("stream").raw(v.Raw)
		if v.Bool() {
			w.key("stream_options").raw(`{"include_usage":true}`)
		}
	case "temperature", "top_p":
		if t.to.Model.FixedSampling {
			t.Drop(name)
			return
		}
		w.key(name).raw(v.Raw)
	case "stop_sequences":
		t.chatStop(v)
	case "tools":
		t.chatTools()
	case "tool_choice":
		t.chatToolChoice(v)
	case "output_config":
		t.chatOutput(v)
	case "metadata":
		t.chatMetadata(v)
	case "service_tier":
		t.chatTier(v)
	case "top_k", "cache_control", "speed", "diagnostics", "context_management": // without the last the model reads all
		t.Drop(name)
	default: // container, mcp_servers, fallbacks, thread, inference_geo, and what is yet to come
		t.refuse(name, v)
	}
}

// chatMaxTokens: a message of none fills a cache at Anthropic.
func (t *Translation) chatMaxTokens(v gjson.Result) {
	if t.from.MaxTokens < 1 {
		t.refusef("max_tokens %s asks for no answer", v.Raw)
	}
	t.w.key(t.to.Server.MaxTokensField).raw(v.Raw)
}

func (t *Translation) chatTier(v gjson.Result) {
	switch v.Str {
	case "auto":
		t.w.key("service_tier").word("auto")
	case "standard_only":
		t.w.key("service_tier").word("default")
	default:
		t.Drop("service_tier")
	}
}

// maxStops is how many stop sequences a chat completion may have.
const maxStops = 4

func (t *Translation) chatStop(v gjson.Result) {
	switch n := len(v.Array()); {
	case n > 0 && t.to.Model.NoStop:
		t.refusef("stop_sequences are not supported by this model")
	case n > maxStops:
		t.refusef("%d stop_sequences, and a chat completion has at most %d", n, maxStops)
	case n > 0:
		t.w.key("stop").raw(v.Raw)
	}
}

func (t *Translation) chatTools() {
	if !t.hasTools() {
		return
	}
	t.w.key("tools").open('[')
	for tool := range value(t.from.Value("tools")).elements() {
		t.chatTool(tool)
	}
	t.w.end(']')
}

// hasTools says whether the request has any tool: OpenAI takes neither an empty list nor a tool_choice without one.
func (t *Translation) hasTools() bool { return value(t.from.Value("tools")).hasAny() }

func (t *Translation) chatTool(tool value) {
	if kind := tool.get("type").text(); kind != "" && kind != "custom" {
		t.refusef("the tool %s runs at Anthropic or has a schema only Claude knows", kind)
		return
	}
	t.dropIf(tool, "cache_control", "defer_loading", "input_examples", "eager_input_streaming", "allowed_callers")
	w := &t.w
	w.open('{')
	w.key("type").word("function")
	w.key("function").open('{')
	w.key("name").text(t.toolName(tool.get("name").text()))
	if d := tool.get("description"); d.isText() {
		w.key("description").value(d)
	}
	schema := view(tool.get("input_schema"))
	w.key("parameters")
	w.parameters(schema)
	if strict := view(tool.get("strict")); strict.IsBool() {
		t.strict(strict.Bool(), schema)
	}
	w.end('}')
	w.end('}')
}

// strict asks for an answer that holds to a schema, where OpenAI can hold a model to that one.
func (t *Translation) strict(wanted bool, schema gjson.Result) {
	if wanted && !strictable(schema) {
		t.Drop("strict")
		wanted = false
	}
	t.w.key("strict").raw(strconv.FormatBool(wanted))
}

func (t *Translation) chatToolChoice(v gjson.Result) {
	if !t.hasTools() {
		return
	}
	w := &t.w
	choice := v.Get("type").Str
	if t.to.Server.NoToolChoice && choice != "auto" {
		t.refusef("tool_choice %s is not understood there", choice)
	}
	switch choice {
	case "auto", "none":
		w.key("tool_choice").word(choice)
	case "any":
		w.key("tool_choice").word("required")
	case "tool":
		w.key("tool_choice").open('{')
		w.key("type").word("function")
		w.key("function").open('{')
		w.key("name").text(t.toolName(v.Get("name").Str))
		w.end('}')
		w.end('}')
	default:
		t.refusef("tool_choice %q is not known", choice)
	}
	if v.Get("disable_parallel_tool_use").Bool() && choice != "none" {
		w.key("parallel_tool_calls").raw("false")
	}
}

func (t *Translation) chatOutput(v gjson.Result) {
	w := &t.w
	v.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "effort": // with thinking
		case "format":
			schema := value.Get("schema")
			if kind := value.Get("type").Str; kind != "json_schema" || !schema.IsObject() {
				t.refusef("output_config.format %q has no equivalent", kind)
				return false
			}
			w.key("response_format").open('{')
			w.key("type").word("json_schema")
			w.key("json_schema").open('{')
			w.key("name").word("structured_output")
			w.key("schema").raw(schema.Raw)
			t.strict(true, schema)
			w.end('}')
			w.end('}')
		default:
			t.refusef("output_config.%s has no equivalent", key.Str)
		}
		return t.err == nil
	})
}

// maxUser is how long OpenAI lets the id of an end user be.
const maxUser = 64

// chatMetadata: an id that is too long is told as its hash, which is as stable.
func (t *Translation) chatMetadata(v gjson.Result) {
	id := v.Get("user_id").Str
	if id == "" {
		return
	}
	if len(id) > maxUser {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:])
	}
	name := "user"
	if t.to.Server.SafetyID {
		name = "safety_identifier"
	}
	t.w.key(name).text(id)
}
