package dialect

import (
	"strings"

	"github.com/tidwall/gjson"

	"spillway/engine"
)

// Usage is what an answer cost, as the target counts it. Where a target tells a number more than once the last one holds.
type Usage struct {
	// Model is the model that answered; "" when not told.
	Model string
	// Input, Output, CacheRead and CacheWrite are tokens. Input excludes the other two in both dialects.
	Input, Output, CacheRead, CacheWrite int
	// Known says whether the target told any of the counts.
	Known bool
	// Said is about how many tokens have come of the answer, by its length, whatever the target tells.
	Said int
	// CacheWriteLong is how many of CacheWrite the cache keeps for an hour, at a higher price (Anthropic docs, prompt caching).
	CacheWriteLong int
}

// ReadWhole reads a 2xx answer that is no stream. ok is false when it is no answer at all: empty, not JSON, an HTML page, or
// an error in JSON; the failure package says which. Of the endpoints that no policy decides about any bytes are an answer.
func ReadWhole(_ engine.API, ep Endpoint, body []byte) (usage Usage, ok bool) {
	if !ep.Decides() {
		return usage, true
	}
	var top struct{ failure, object, model, usage, kind, status, choices gjson.Result }
	problem := eachField(body, func(f field) *Problem {
		value := body[f.value:f.end]
		switch string(f.name) {
		case "error":
			top.failure = parse(value)
		case "object":
			top.object = parse(value)
		case "model":
			top.model = parse(value)
		case "usage":
			top.usage = parse(value)
		case "type":
			top.kind = parse(value)
		case "status":
			top.status = parse(value)
		case "choices":
			top.choices = parse(value)
		}
		return nil
	})
	if problem != nil || top.failure.Type != gjson.Null || top.object.Str == "error" {
		return usage, false
	}
	usage.model(top.model)
	usage.said(len(body) - wholeFrame)
	switch ep {
	case Messages:
		usage.message(top.usage)
		return usage, top.kind.Str != "error"
	case ChatCompletions:
		usage.chat(top.usage)
		return usage, !failedAs(top.choices.Get("0.finish_reason").Str)
	case Responses:
		usage.response(top.usage)
		return usage, top.status.Str != "failed"
	}
	return usage, true
}

// What is not text in a whole answer and in a delta, and how much text a token stands for, each about and in bytes.
const (
	wholeFrame   = 256
	deltaFrame   = 32
	textPerToken = 4
)

// said counts some more bytes of text.
func (u *Usage) said(text int) { u.Said += max(1, text/textPerToken) }

func (u *Usage) model(name gjson.Result) {
	if name.Str != "" && name.Str != u.Model {
		u.Model = strings.Clone(name.Str)
	}
}

// message reads Anthropic's usage, which may come in parts and be revised.
func (u *Usage) message(usage gjson.Result) {
	usage.ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "input_tokens":
			u.count(&u.Input, value)
		case "output_tokens":
			u.count(&u.Output, value)
		case "cache_read_input_tokens":
			u.count(&u.CacheRead, value)
		case "cache_creation_input_tokens":
			u.count(&u.CacheWrite, value)
		case "cache_creation":
			u.count(&u.CacheWriteLong, value.Get("ephemeral_1h_input_tokens"))
		}
		return true
	})
}

// chat reads a chat completion's usage, whose input includes what the cache gave or took.
func (u *Usage) chat(usage gjson.Result) {
	u.count(&u.CacheRead, usage.Get("prompt_cache_hit_tokens")) // DeepSeek's older name
	u.count(&u.CacheRead, usage.Get("prompt_tokens_details.cached_tokens"))
	u.count(&u.CacheWrite, usage.Get("prompt_tokens_details.cache_write_tokens"))
	u.count(&u.Output, usage.Get("completion_tokens"))
	u.inclusive(usage.Get("prompt_tokens"))
}

// response reads a response's usage, whose input includes what the cache gave or took.
func (u *Usage) response(usage gjson.Result) {
	u.count(&u.CacheRead, usage.Get("input_tokens_details.cached_tokens"))
	u.count(&u.CacheWrite, usage.Get("input_tokens_details.cache_write_tokens"))
	u.count(&u.Output, usage.Get("output_tokens"))
	u.inclusive(usage.Get("input_tokens"))
}

func (u *Usage) inclusive(input gjson.Result) {
	if input.Type == gjson.Number {
		u.count(&u.Input, input)
		u.Input = max(0, u.Input-u.CacheRead-u.CacheWrite)
	}
}

func (u *Usage) count(into *int, value gjson.Result) {
	if value.Type == gjson.Number {
		*into = max(0, int(value.Int()))
		u.Known = true
	}
}
