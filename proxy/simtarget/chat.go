package simtarget

import (
	"fmt"
	"strings"
)

func chatCompletion(r *Seen, c Content) []byte {
	content := "null"
	if c.Text != "" {
		content = quote(c.Text)
	}
	var rest string
	if c.Thinking != "" {
		rest += `,"reasoning_content":` + quote(c.Thinking) // as DeepSeek, xAI and vLLM do
	}
	if len(c.Tools) > 0 {
		calls := make([]string, len(c.Tools))
		for i, t := range c.Tools {
			calls[i] = fmt.Sprintf(`{"id":%q,"type":"function","function":{"name":%s,"arguments":%s}}`, id("call", r, i), quote(t.Name), quote(t.arguments()))
		}
		rest += `,"tool_calls":[` + strings.Join(calls, ",") + `]`
	}
	return fmt.Appendf(nil, `{"id":%q,"object":"chat.completion","created":%d,"model":%s,"choices":[{"index":0,"message":{"role":"assistant","content":%s,"refusal":null%s},"logprobs":null,"finish_reason":%q}],"usage":%s,"service_tier":"default","system_fingerprint":"fp_sim"}`,
		id("chatcmpl", r, 0), r.At.Unix(), quote(r.Model()), content, rest, chatFinish(c), chatUsage(r, c))
}

func chatEvents(r *Seen, c Content) []Piece {
	out := []Piece{chatDelta(r, `{"role":"assistant","content":"","refusal":null}`, "null")}
	for _, w := range words(c.Thinking) {
		out = append(out, chatDelta(r, `{"reasoning_content":`+quote(w)+`}`, "null"))
	}
	for _, w := range words(c.Text) {
		out = append(out, chatDelta(r, `{"content":`+quote(w)+`}`, "null"))
	}
	for i, t := range c.Tools {
		out = append(out, chatDelta(r, fmt.Sprintf(`{"tool_calls":[{"index":%d,"id":%q,"type":"function","function":{"name":%s,"arguments":""}}]}`, i, id("call", r, i), quote(t.Name)), "null"))
		for _, f := range chatFragments(t) {
			out = append(out, chatDelta(r, fmt.Sprintf(`{"tool_calls":[{"index":%d,"function":{"arguments":%s}}]}`, i, quote(f)), "null"))
		}
	}
	end := closing(chatDelta(r, `{}`, quote(chatFinish(c))))
	if r.wantsUsage() {
		end = append(end, closing(chatChunk(r, "[]", chatUsage(r, c)))...)
	}
	return append(out, append(end, closing(unnamed("[DONE]"))...)...)
}

func chatFragments(t Tool) []string {
	if t.Input == "" {
		return []string{"{}"} // unlike Anthropic, OpenAI spells it out
	}
	return t.fragments()[1:]
}

func chatDelta(r *Seen, delta, finish string) Piece {
	return chatChunk(r, fmt.Sprintf(`[{"index":0,"delta":%s,"logprobs":null,"finish_reason":%s}]`, delta, finish), "null")
}

func chatChunk(r *Seen, choices, usage string) Piece {
	if r.wantsUsage() {
		usage = `,"usage":` + usage
	} else {
		usage = ""
	}
	return unnamed(fmt.Sprintf(`{"id":%q,"object":"chat.completion.chunk","created":%d,"model":%s,"service_tier":"default","system_fingerprint":"fp_sim","choices":%s%s}`,
		id("chatcmpl", r, 0), r.At.Unix(), quote(r.Model()), choices, usage))
}

func chatFinish(c Content) string {
	switch {
	case c.Refused:
		return "content_filter"
	case c.Cut:
		return "length"
	case len(c.Tools) > 0:
		return "tool_calls"
	}
	return "stop"
}

func chatUsage(r *Seen, c Content) string {
	in, out := r.inputTokens(), c.outputTokens()
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":%d}}`,
		in, out, in+out, len(c.Thinking)/4)
}
