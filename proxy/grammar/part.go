package grammar

import (
	"bytes"
	"iter"

	"spillway/proxy/rawjson"
)

// Part is a message or a content block, opened one level. Words are without their quotes, values as they stand in the body;
// what the part does not have is nil. All of it aliases the body.
type Part struct {
	Raw                                                []byte
	Role, Type, ID, ToolUseID, ToolCallID, Name        []byte // words
	Content, Text, CacheControl, Source                []byte // values
	ToolCalls, FunctionCall, Reasoning, Audio, Refusal []byte // values of a chat message
	Signed                                             bool   // carries what only the server that made it can read
	Odd                                                bool   // is no object, or one that different readers may read differently
}

// Read opens a part that has been scanned.
func Read(raw []byte) Part {
	p, _ := readAt(raw, 0)
	return p
}

// Parts opens the elements of a list that has been scanned. Any other value has none.
func Parts(list []byte) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		if !IsList(list) {
			return
		}
		for at := rawjson.SkipSpace(list, 1); at < len(list) && list[at] != ']'; {
			p, end := readAt(list, at)
			if !yield(p) {
				return
			}
			if at = rawjson.SkipSpace(list, end); rawjson.Is(list, at, ',') {
				at = rawjson.SkipSpace(list, at+1)
			}
		}
	}
}

// readAt opens the part at an offset, in one pass with finding where it ends.
func readAt(b []byte, at int) (p Part, end int) {
	if !rawjson.Is(b, at, '{') {
		p.Odd = true
		end = max(at, rawjson.SkipValue(b, at, 0))
		p.Raw = b[at:end]
		return p, end
	}
	end = rawjson.SkipSpace(b, at+1)
	for !rawjson.Is(b, end, '}') {
		key, value := end, rawjson.SkipKey(b, end)
		end = rawjson.SkipValue(b, value, 0)
		p.member(b[key+1:rawjson.SkipString(b, key)-1], b[value:end])
		if end = rawjson.SkipSpace(b, end); rawjson.Is(b, end, ',') {
			end = rawjson.SkipSpace(b, end+1)
		}
	}
	p.Raw = b[at : end+1]
	return p, end + 1
}

func (p *Part) member(key, value []byte) {
	switch string(key) {
	case "role":
		p.word(&p.Role, value)
	case "type":
		p.word(&p.Type, value)
	case "id":
		p.word(&p.ID, value)
	case "tool_use_id":
		p.word(&p.ToolUseID, value)
	case "tool_call_id":
		p.word(&p.ToolCallID, value)
	case "name":
		p.word(&p.Name, value)
	case "content":
		p.value(&p.Content, value)
	case "text":
		p.value(&p.Text, value)
	case "cache_control":
		p.value(&p.CacheControl, value)
	case "source":
		p.value(&p.Source, value)
	case "tool_calls":
		p.value(&p.ToolCalls, value)
	case "function_call":
		p.value(&p.FunctionCall, value)
	case "reasoning_content":
		p.value(&p.Reasoning, value)
	case "audio":
		p.value(&p.Audio, value)
	case "refusal":
		p.value(&p.Refusal, value)
	case "signature", "encrypted_content":
		p.Signed = p.Signed || rawjson.IsText(value)
	default:
		p.Odd = p.Odd || bytes.IndexByte(key, '\\') >= 0
	}
}

// word reads an identifier of the protocol. One with an escape is odd: it may be spelled otherwise elsewhere.
func (p *Part) word(into *[]byte, value []byte) {
	p.Odd = p.Odd || *into != nil
	if value[0] != '"' {
		*into = value // fits no word of any protocol
		return
	}
	*into = value[1 : len(value)-1]
	p.Odd = p.Odd || bytes.IndexByte(*into, '\\') >= 0
}

func (p *Part) value(into *[]byte, value []byte) {
	p.Odd = p.Odd || *into != nil
	if value[0] != 'n' {
		*into = value
	}
}

// IsList says whether a value is a JSON array.
func IsList(value []byte) bool { return len(value) > 0 && value[0] == '[' }

// IsString says whether a value is a JSON string, which may be empty.
func IsString(value []byte) bool { return len(value) > 0 && value[0] == '"' }

// IsEmpty says whether a list or an object that has been scanned has nothing in it.
func IsEmpty(value []byte) bool {
	at := rawjson.SkipSpace(value, 1)
	return rawjson.Is(value, at, ']') || rawjson.Is(value, at, '}')
}
