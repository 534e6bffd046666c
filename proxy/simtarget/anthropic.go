package simtarget

import (
	"fmt"
	"strings"
)

// signature stands for a thinking block's own.
const signature = "c2ltdWxhdGVk"

// block is one content block, as a whole and as it is streamed.
type block struct {
	whole, start string
	deltas       []string
}

func anthropicMessage(r *Seen, c Content) []byte {
	blocks := []string{}
	for _, b := range anthropicBlocks(r, c) {
		blocks = append(blocks, b.whole)
	}
	reason, details := anthropicStop(c)
	return fmt.Appendf(nil, `{"id":%q,"type":"message","role":"assistant","model":%s,"content":[%s],"stop_reason":%q,"stop_sequence":null,"stop_details":%s,"usage":%s}`,
		id("msg", r, 0), quote(r.Model()), strings.Join(blocks, ","), reason, details, anthropicUsage(r, c.outputTokens()))
}

func anthropicEvents(r *Seen, c Content) []Piece {
	out := []Piece{
		named("message_start", fmt.Sprintf(`{"type":"message_start","message":{"id":%q,"type":"message","role":"assistant","model":%s,"content":[],"stop_reason":null,"stop_sequence":null,"stop_details":null,"usage":%s}}`,
			id("msg", r, 0), quote(r.Model()), anthropicUsage(r, 1))),
		named("ping", `{"type": "ping"}`),
	}
	for i, b := range anthropicBlocks(r, c) {
		out = append(out, named("content_block_start", fmt.Sprintf(`{"type":"content_block_start","index":%d,"content_block":%s}`, i, b.start)))
		for _, d := range b.deltas {
			out = append(out, named("content_block_delta", fmt.Sprintf(`{"type":"content_block_delta","index":%d,"delta":%s}`, i, d)))
		}
		out = append(out, named("content_block_stop", fmt.Sprintf(`{"type":"content_block_stop","index":%d}`, i)))
	}
	reason, details := anthropicStop(c)
	return append(out, closing(
		named("message_delta", fmt.Sprintf(`{"type":"message_delta","delta":{"stop_reason":%q,"stop_sequence":null,"stop_details":%s},"usage":%s}`,
			reason, details, anthropicUsage(r, c.outputTokens()))),
		named("message_stop", `{"type":"message_stop"}`),
	)...)
}

func anthropicBlocks(r *Seen, c Content) []block {
	var blocks []block
	if c.Thinking != "" {
		b := textBlock("thinking", "thinking", c.Thinking, `,"signature":"`+signature+`"`, `,"signature":""`)
		b.deltas = append(b.deltas, `{"type":"signature_delta","signature":"`+signature+`"}`)
		blocks = append(blocks, b)
	}
	if c.Text != "" {
		blocks = append(blocks, textBlock("text", "text", c.Text, `,"citations":null`, ""))
	}
	for i, t := range c.Tools {
		blocks = append(blocks, toolBlock(id("toolu", r, i), t))
	}
	return blocks
}

// textBlock is a block that streams one text field; the rest are its other fields, whole and at its start.
func textBlock(kind, field, text, wholeRest, startRest string) block {
	b := block{
		whole: fmt.Sprintf(`{"type":%q,%q:%s%s}`, kind, field, quote(text), wholeRest),
		start: fmt.Sprintf(`{"type":%q,%q:""%s}`, kind, field, startRest),
	}
	for _, w := range words(text) {
		b.deltas = append(b.deltas, fmt.Sprintf(`{"type":"%s_delta",%q:%s}`, kind, field, quote(w)))
	}
	return b
}

func toolBlock(id string, t Tool) block {
	b := block{
		whole: fmt.Sprintf(`{"type":"tool_use","id":%q,"name":%s,"input":%s}`, id, quote(t.Name), t.arguments()),
		start: fmt.Sprintf(`{"type":"tool_use","id":%q,"name":%s,"input":{}}`, id, quote(t.Name)),
	}
	for _, f := range t.fragments() {
		b.deltas = append(b.deltas, fmt.Sprintf(`{"type":"input_json_delta","partial_json":%s}`, quote(f)))
	}
	return b
}

// anthropicStop gives stop_reason and stop_details.
func anthropicStop(c Content) (reason, details string) {
	switch {
	case c.Refused:
		return "refusal", `{"type":"refusal","category":null,"explanation":null}`
	case c.Cut:
		return "max_tokens", "null"
	case len(c.Tools) > 0:
		return "tool_use", "null"
	}
	return "end_turn", "null"
}

func anthropicUsage(r *Seen, output int) string {
	return fmt.Sprintf(`{"input_tokens":%d,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":%d,"service_tier":"standard"}`, r.inputTokens(), output)
}
