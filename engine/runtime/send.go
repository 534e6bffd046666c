package runtime

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/dop251/goja"

	"spillway/engine"
)

var trimMembers = []member[engine.Trim]{
	{"keepToolResults", func(r *reader, t *engine.Trim, v goja.Value) { t.KeepToolResults = new(r.whole(v, 0, math.MaxInt32)) }},
	{"minTokens", func(r *reader, t *engine.Trim, v goja.Value) { t.MinTokens = r.whole(v, 0, math.MaxInt32) }},
	{"except", func(r *reader, t *engine.Trim, v goja.Value) {
		r.list(v, func(tool goja.Value) { t.Except = append(t.Except, r.text(tool)) })
	}},
	{"placeholder", func(r *reader, t *engine.Trim, v goja.Value) { t.Placeholder = r.anyText(v) }},
	{"dropThinking", func(r *reader, t *engine.Trim, v goja.Value) { t.DropThinking = r.flag(v) }},
	{"keepTurns", func(r *reader, t *engine.Trim, v goja.Value) { t.KeepTurns = new(r.whole(v, 0, math.MaxInt32)) }},
	{"to", func(r *reader, t *engine.Trim, v goja.Value) { t.To = r.whole(v, 1, math.MaxInt32) }},
	{"images", func(r *reader, t *engine.Trim, v goja.Value) { t.Images = r.oneOf(v, []string{"keep", "drop old"}) }},
}

func (r *reader) trim(s *engine.Send, v goja.Value) {
	if object := r.object(v); object != nil {
		s.Trim = &engine.Trim{}
		fill(r, object, s.Trim, trimMembers)
	}
}

var hedgeMembers = []member[engine.Hedge]{
	{"after", func(r *reader, h *engine.Hedge, v goja.Value) { h.After = r.duration(v) }},
	{"send", func(r *reader, h *engine.Hedge, v goja.Value) { h.Target = r.target(v) }},
	{"model", func(r *reader, h *engine.Hedge, v goja.Value) { h.Model = r.text(v) }},
}

func (r *reader) hedge(s *engine.Send, v goja.Value) {
	if object := r.object(v); object != nil {
		s.Hedge = &engine.Hedge{}
		fill(r, object, s.Hedge, hedgeMembers)
		r.require(object, "after", "send")
	}
}

// reserved are the headers that Spillway alone may set: credentials, and what belongs to one connection (RFC 9110, §7.6.1).
var reserved = append([]string{
	"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "host", "content-length",
}, engine.CredentialHeaders...)

func (r *reader) headers(s *engine.Send, v goja.Value) {
	object := r.object(v)
	if object == nil {
		return
	}
	s.Headers = make(map[string]string)
	r.each(object, func(name string, v goja.Value) {
		if v == nil || goja.IsUndefined(v) {
			return
		}
		lower := strings.ToLower(name)
		switch value := r.anyText(v); {
		case name == "" || strings.ContainsFunc(name, notToken):
			r.note(r.path+" is no header name", "")
		case slices.Contains(reserved, lower) || strings.HasPrefix(lower, "x-spillway-"):
			r.note(r.path+" is not for policies to set", "credentials, connection headers and x-spillway-* are Spillway's own")
		case strings.ContainsFunc(value, isControl):
			r.note(r.path+" contains a control character", "")
		default:
			s.Headers[name] = value
		}
	})
}

// notToken says whether a character may not stand in a header's name (RFC 9110, §5.6.2).
func notToken(c rune) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return false
	}
	return !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
}

// isControl says whether a character may not stand in a header's value.
func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

func (r *reader) body(s *engine.Send, v goja.Value) {
	object := r.object(v)
	if object == nil {
		return
	}
	s.Body = make(map[string]json.RawMessage)
	r.each(object, func(name string, v goja.Value) {
		if v == nil || goja.IsUndefined(v) {
			return
		}
		text, err := r.stringify(goja.Undefined(), v)
		switch {
		case err != nil:
			panic(err)
		case goja.IsUndefined(text) || goja.IsNumber(v) && text.String() == "null":
			r.wrong(v, "a JSON value", "")
		default:
			s.Body[name] = json.RawMessage(text.String())
		}
	})
}
