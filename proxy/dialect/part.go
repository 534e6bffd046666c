package dialect

import "spillway/proxy/rawjson"

// part is what an outline looks at of a message, an item or a content block, all as it stands in the body.
type part struct {
	whole                []byte
	kind, role           []byte // without quotes; nil for what is no string
	content              []byte // of a message or a tool's result
	text                 []byte // what a block says: text, thinking, a tool's input
	source               []byte // of an image or a document
	data                 int    // bytes of a file
	mark                 int    // bytes of a mark for the cache
	sealed               []byte // thinking that only the server reads which made it
	toolCalls, reasoning []byte // of an assistant's chat message
	output               []byte // of a tool's call, as an item
	signed               bool   // carries what only the server that made it can read
}

// eachPart shows the elements of a list, each read in the pass that finds its end. Any other value has none.
func eachPart(list []byte, visit func(part)) {
	var p part
	rawjson.Objects(list, func(key, value []byte) { p.set(key, value) }, func(whole []byte) {
		p.whole = whole
		visit(p)
		p = part{}
	})
}

func readPart(b []byte) part {
	p := part{whole: b}
	for key, value := range rawjson.Members(b) {
		p.set(key, value)
	}
	return p
}

func (p *part) set(key, value []byte) {
	switch string(key) {
	case "type":
		p.kind = word(value)
	case "role":
		p.role = word(value)
	case "content":
		p.content = value
	case "text", "thinking", "input":
		p.text = value
	case "source":
		p.source = value
	case "file_data":
		p.data = len(value)
	case "file":
		p.data = len(rawjson.Member(value, "file_data"))
	case "tool_calls":
		p.toolCalls = value
	case "reasoning_content":
		p.reasoning = value
	case "output":
		p.output = value
	case "cache_control":
		p.mark = len(`"cache_control":,`) + len(value)
	case "data":
		p.sealed = value
	case "signature":
		p.signed = p.signed || rawjson.IsText(value)
		p.sealed = value
	case "encrypted_content":
		p.signed = p.signed || rawjson.IsText(value)
	}
}

// word is a string's text as it stands; nil for anything else.
func word(value []byte) []byte {
	if !rawjson.IsText(value) {
		return nil
	}
	return value[1 : len(value)-1]
}
