package simulate

import (
	"fmt"
	"strconv"

	"spillway/engine"
	"spillway/proxy/dialect"
)

// wire writes answers in a target's dialect.
type wire struct {
	api      engine.API
	endpoint dialect.Endpoint
	model    string // quoted
	id       uint64
	input    int
	counted  bool // a stream of chat completions counts only when asked
}

const aWord = `"word "`

// opening is all of a stream up to its first token.
func (w *wire) opening() []byte {
	if w.api == engine.OpenAI {
		return append(w.chunk(`{"role":"assistant","content":""}`, "null"), w.token()...)
	}
	b := append(make([]byte, 0, 640), "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_sim"...)
	b = strconv.AppendUint(b, w.id, 10)
	b = append(append(b, `","type":"message","role":"assistant","model":`...), w.model...)
	b = append(b, `,"content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":`...)
	b = strconv.AppendInt(b, int64(w.input), 10)
	b = append(b, ",\"output_tokens\":1}}}\n\n"+
		"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"...)
	return append(b, w.token()...)
}

// token is one event with something of the answer.
func (w *wire) token() []byte {
	if w.api == engine.OpenAI {
		return w.chunk(`{"content":`+aWord+`}`, "null")
	}
	return []byte("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0," +
		"\"delta\":{\"type\":\"text_delta\",\"text\":" + aWord + "}}\n\n")
}

// closing is the clean end of a stream of so many tokens.
func (w *wire) closing(output int) []byte {
	if w.api == engine.OpenAI {
		b := w.chunk("{}", `"stop"`)
		if w.counted {
			b = fmt.Appendf(b, `data: {"id":"chatcmpl-sim%d","object":"chat.completion.chunk","created":1,"model":%s,"choices":[],"usage":%s}`+"\n\n", w.id, w.model, w.chatUsage(output))
		}
		return append(b, "data: [DONE]\n\n"...)
	}
	b := append(make([]byte, 0, 320), "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"+
		"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},"+
		"\"usage\":{\"output_tokens\":"...)
	b = strconv.AppendInt(b, int64(output), 10)
	return append(b, "}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"...)
}

// whole is an answer that is no stream.
func (w *wire) whole(output int) []byte {
	if w.api == engine.OpenAI {
		return fmt.Appendf(nil, `{"id":"chatcmpl-sim%d","object":"chat.completion","created":1,"model":%s,"choices":[{"index":0,`+
			`"message":{"role":"assistant","content":%s},"finish_reason":"stop"}],"usage":%s}`, w.id, w.model, aWord, w.chatUsage(output))
	}
	return fmt.Appendf(nil, `{"id":"msg_sim%d","type":"message","role":"assistant","model":%s,"content":[{"type":"text","text":%s}],`+
		`"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":%d,"output_tokens":%d}}`, w.id, w.model, aWord, w.input, output)
}

func (w *wire) chunk(delta, reason string) []byte {
	return fmt.Appendf(nil, `data: {"id":"chatcmpl-sim%d","object":"chat.completion.chunk","created":1,"model":%s,`+
		`"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}`+"\n\n", w.id, w.model, delta, reason)
}

func (w *wire) chatUsage(output int) string {
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}`, w.input, output, w.input+output)
}

// refusal is an error answer: its status, and its body as the dialect words it.
func (w *wire) refusal(reason engine.Reason) (status int, body []byte) {
	if reason == engine.ReasonSpendLimit {
		return 429, w.spent()
	}
	info := dialect.ErrorInfo{Status: dialect.Status(w.api, reason), Reason: reason, Message: "simulated: " + string(reason)}
	return info.Status, dialect.ErrorBody(w.api, info)
}

// spent is how a target says that the money is used up (PROTOCOLS: spend limits).
func (w *wire) spent() []byte {
	if w.api == engine.OpenAI {
		return []byte(`{"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`)
	}
	return []byte(`{"type":"error","error":{"type":"rate_limit_error","message":"Monthly spend limit reached.",` +
		`"details":{"error_code":"enforced_spend_limit_reached"}},"request_id":null}`)
}

// failing is an overload as an event of a stream.
func (w *wire) failing() []byte {
	return dialect.ErrorEvent(w.api, w.endpoint, dialect.ErrorInfo{Reason: engine.ReasonOverloaded, Message: "Overloaded"})
}
