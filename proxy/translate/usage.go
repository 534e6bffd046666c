package translate

import (
	"strconv"

	"github.com/tidwall/gjson"
)

// usage is what an answer cost, as Anthropic counts: input is without what the cache gave or took, which OpenAI includes.
type usage struct {
	input, cacheRead, cacheWrite int64
	output, reasoning            int64
}

// readChat takes a chat completion's usage. A later one holds.
func (u *usage) readChat(doc gjson.Result) {
	if !doc.IsObject() {
		return
	}
	prompt := max(0, doc.Get("prompt_tokens").Int())
	cached := doc.Get("prompt_tokens_details.cached_tokens")
	if !cached.Exists() {
		cached = doc.Get("prompt_cache_hit_tokens") // DeepSeek's older name
	}
	u.cacheRead = max(0, min(prompt, cached.Int()))
	u.cacheWrite = max(0, min(prompt-u.cacheRead, doc.Get("prompt_tokens_details.cache_write_tokens").Int()))
	u.input = prompt - u.cacheRead - u.cacheWrite
	u.output = max(0, doc.Get("completion_tokens").Int())
	u.reasoning = max(0, doc.Get("completion_tokens_details.reasoning_tokens").Int())
}

// readMessage takes a message's usage, which comes in parts: a number that is told again is revised.
func (u *usage) readMessage(doc gjson.Result) {
	revise(&u.input, doc.Get("input_tokens"))
	revise(&u.cacheRead, doc.Get("cache_read_input_tokens"))
	revise(&u.cacheWrite, doc.Get("cache_creation_input_tokens"))
	revise(&u.output, doc.Get("output_tokens"))
	revise(&u.reasoning, doc.Get("output_tokens_details.thinking_tokens"))
}

func revise(n *int64, told gjson.Result) {
	if told.Type == gjson.Number {
		*n = max(0, told.Int())
	}
}

func (u *usage) message(w *writer) {
	w.open('{')
	w.number("input_tokens", u.input)
	w.number("cache_creation_input_tokens", u.cacheWrite)
	w.number("cache_read_input_tokens", u.cacheRead)
	w.number("output_tokens", u.output)
	if u.reasoning > 0 {
		w.key("output_tokens_details").open('{')
		w.number("thinking_tokens", u.reasoning)
		w.end('}')
	}
	w.end('}')
}

func (u *usage) chat(w *writer) {
	prompt := u.input + u.cacheRead + u.cacheWrite
	w.open('{')
	w.number("prompt_tokens", prompt)
	w.number("completion_tokens", u.output)
	w.number("total_tokens", prompt+u.output)
	w.key("prompt_tokens_details").open('{')
	w.number("cached_tokens", u.cacheRead)
	w.number("cache_write_tokens", u.cacheWrite)
	w.end('}')
	w.key("completion_tokens_details").open('{')
	w.number("reasoning_tokens", u.reasoning)
	w.end('}')
	w.end('}')
}

func (w *writer) number(name string, n int64) {
	w.key(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}
