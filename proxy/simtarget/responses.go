package simtarget

import "fmt"

// response renders OpenAI's Responses API for text alone: of content it has only the text.
func response(r *Seen, c Content) []byte {
	return []byte(responseObject(r, "completed", "["+responseItem(r, "completed", responsePart(c.Text))+"]", responseUsage(r, c)))
}

func responseEvents(r *Seen, c Content) []Piece {
	var out []Piece
	emit := func(event, rest string) {
		out = append(out, named(event, fmt.Sprintf(`{"type":%q,"sequence_number":%d%s}`, event, len(out), rest)))
	}
	started := `,"response":` + responseObject(r, "in_progress", "[]", "null")
	at := fmt.Sprintf(`,"item_id":%q,"output_index":0,"content_index":0`, id("msg", r, 0))

	emit("response.created", started)
	emit("response.in_progress", started)
	emit("response.output_item.added", `,"output_index":0,"item":`+responseItem(r, "in_progress", ""))
	emit("response.content_part.added", at+`,"part":`+responsePart(""))
	for _, w := range words(c.Text) {
		emit("response.output_text.delta", at+`,"logprobs":[],"delta":`+quote(w))
	}
	emit("response.output_text.done", at+`,"logprobs":[],"text":`+quote(c.Text))
	emit("response.content_part.done", at+`,"part":`+responsePart(c.Text))
	emit("response.output_item.done", `,"output_index":0,"item":`+responseItem(r, "completed", responsePart(c.Text)))
	emit("response.completed", `,"response":`+string(response(r, c)))
	out[len(out)-1].Closing = true
	return out
}

func responseObject(r *Seen, status, output, usage string) string {
	return fmt.Sprintf(`{"id":%q,"object":"response","created_at":%d,"status":%q,"background":false,"error":null,"incomplete_details":null,"model":%s,"output":%s,"parallel_tool_calls":true,"previous_response_id":null,"store":true,"tools":[],"usage":%s,"metadata":{}}`,
		id("resp", r, 0), r.At.Unix(), status, quote(r.Model()), output, usage)
}

func responseItem(r *Seen, status, parts string) string {
	return fmt.Sprintf(`{"id":%q,"type":"message","status":%q,"role":"assistant","content":[%s]}`, id("msg", r, 0), status, parts)
}

func responsePart(text string) string {
	return `{"type":"output_text","annotations":[],"logprobs":[],"text":` + quote(text) + `}`
}

func responseUsage(r *Seen, c Content) string {
	in, out := r.inputTokens(), c.outputTokens()
	return fmt.Sprintf(`{"input_tokens":%d,"input_tokens_details":{"cached_tokens":0},"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":%d}`, in, out, in+out)
}
