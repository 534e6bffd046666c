package dialect

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/tidwall/gjson"
)

// Edits are the changes to one rendering of a call.
type Edits struct {
	// Model replaces the model; "" keeps it.
	Model string
	// MaxTokens is an upper bound for the answer's length; 0 is none. It never raises what the client asked for, nor lowers it
	// below what the target needs: a thinking budget and 1,024 tokens to answer in, or a response's least.
	MaxTokens int
	// MaxTokensField is the field that carries MaxTokens when a chat completion has none of its own: "max_tokens" or
	// "max_completion_tokens"; "" is the latter.
	MaxTokensField string
	// Body is merged into the body's top level before Model and MaxTokens apply; null deletes.
	Body map[string]json.RawMessage
}

// Render appends the call to dst with the edits spliced in; every byte that no edit touches stays as the client sent it.
// Without an effective edit it returns c.Body itself. applied lists what really changed, in the words of the floors and fit
// for a header: "model;from->to", "max_tokens;4096->1024" ("none" where there is no number), "body;temperature". An error
// means that the edits cannot be made safely: the answer's shape would change, or the target would refuse the result.
func (c *Call) Render(dst []byte, e Edits) (body []byte, applied []string, err error) {
	if e.Model == "" && e.MaxTokens == 0 && len(e.Body) == 0 {
		return c.Body, nil, nil
	}
	next := revision{call: c}
	if err := next.merge(e.Body); err != nil {
		return nil, nil, err
	}
	next.setModel(e.Model)
	next.boundMaxTokens(e)
	if len(next.changes) == 0 {
		return c.Body, nil, nil
	}
	if err := next.check(); err != nil {
		return nil, nil, err
	}
	return next.splice(dst), next.applied(), nil
}

// splice writes the client's bytes with the changed values in their places, and new fields at the end.
func (r *revision) splice(dst []byte) []byte {
	c := r.call
	size, added := r.added()
	dst = slices.Grow(dst, len(c.Body)+size)
	if len(c.fields) == 0 {
		inside := bytes.IndexByte(c.Body, '{') + 1
		dst = append(dst, c.Body[:inside]...)
		return append(r.appendAdded(dst, added, false), c.Body[inside:]...)
	}
	dst = append(dst, c.Body[:c.fields[0].key]...)
	written := false
	for i, f := range c.fields {
		value, changed := r.changes[string(f.name)]
		if changed && value == nil {
			continue
		}
		if written {
			dst = append(dst, c.Body[c.fields[i-1].end:f.key]...) // the client's own comma and white space
		}
		if !changed {
			value = c.Body[f.value:f.end]
		}
		dst = append(append(dst, c.Body[f.key:f.value]...), value...)
		written = true
	}
	dst = r.appendAdded(dst, added, written)
	return append(dst, c.Body[c.fields[len(c.fields)-1].end:]...)
}

// added lists the fields that the client's body does not have, and estimates by how much the changes may lengthen it.
func (r *revision) added() (size int, names []string) {
	for name, value := range r.changes {
		size += len(name) + len(value) + len(`"":,`)
		if _, has := r.call.fields.find(name); !has {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return size, names
}

func (r *revision) appendAdded(dst []byte, names []string, comma bool) []byte {
	for _, name := range names {
		if comma {
			dst = append(dst, ',')
		}
		dst = append(gjson.AppendJSONString(dst, name), ':')
		dst = append(dst, r.changes[name]...)
		comma = true
	}
	return dst
}
