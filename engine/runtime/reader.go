package runtime

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"spillway/engine/nearest"
)

// reader turns what decide returned into an action. It keeps the first thing that is wrong and reads on past it with
// zero values. Reading runs the policy's getters, so it may throw like the policy itself.
type reader struct {
	vm        *goja.Runtime
	targets   []string
	attempts  int
	stringify goja.Callable
	plain     *goja.Object // Object.prototype

	path    string // the key that is being read, "" at the top
	message string // what is wrong, "" when nothing is
	hint    string
	at      string // the key that it is about, "" for the action as a whole
}

// member is one key of a kind of object in actions, and how its value is read into a T.
type member[T any] struct {
	key string
	set func(r *reader, into *T, v goja.Value)
}

// fill reads an object with these members. One that is undefined is as good as absent.
func fill[T any](r *reader, object *goja.Object, into *T, members []member[T]) {
	place := r.path
	r.each(object, func(key string, v goja.Value) {
		at := slices.IndexFunc(members, func(m member[T]) bool { return m.key == key })
		if at < 0 {
			r.unknown(place, key, keysOf(members))
			return
		}
		if v != nil && !goja.IsUndefined(v) {
			members[at].set(r, into, v)
		}
	})
}

// each reads an object's own properties, at their path. Those that are not enumerable count too: telling them apart costs
// as much again, and nobody has any.
func (r *reader) each(object *goja.Object, read func(key string, v goja.Value)) {
	place := r.path
	for _, key := range object.GetOwnPropertyNames() {
		if r.path = key; place != "" {
			r.path = place + "." + key
		}
		read(key, object.Get(key))
	}
	r.path = place
}

func keysOf[T any](members []member[T]) []string {
	keys := make([]string, len(members))
	for i, m := range members {
		keys[i] = m.key
	}
	return keys
}

// require notes keys that an object lacks.
func (r *reader) require(object *goja.Object, keys ...string) {
	for _, key := range keys {
		if v := object.Get(key); v == nil || goja.IsUndefined(v) {
			r.note(fmt.Sprintf("%s lacks %q", r.path, key), "it needs: "+strings.Join(keys, ", "))
		}
	}
}

// unknown notes a key that nobody knows.
func (r *reader) unknown(place, key string, valid []string) {
	hint := "valid here: " + strings.Join(valid, ", ")
	if name := nearest.Name(key, valid); name != "" {
		hint = fmt.Sprintf("did you mean %q?", name)
	}
	if place == "" {
		place = "action"
	}
	r.note(fmt.Sprintf("unknown key %q in %s", key, place), hint)
}

// wrong notes a value of the wrong type or range at the present path.
func (r *reader) wrong(v goja.Value, want, hint string) {
	switch {
	case hint != "":
	case goja.IsNull(v):
		hint = "leave out a key that has no value"
	case goja.IsNaN(v):
		hint = "one of the values that it was computed from is no number"
	}
	r.note(fmt.Sprintf("%s must be %s, not %s", r.path, want, show(v)), hint)
}

// note keeps the first thing that is wrong.
func (r *reader) note(message, hint string) {
	if r.message == "" {
		r.message, r.hint, r.at = message, hint, r.path
	}
}

// text is a string that is not empty.
func (r *reader) text(v goja.Value) string {
	if s := r.anyText(v); s != "" || !goja.IsString(v) {
		return s
	}
	r.wrong(v, "a text that is not empty", "")
	return ""
}

// anyText is a string.
func (r *reader) anyText(v goja.Value) string {
	if goja.IsString(v) {
		return v.String()
	}
	r.wrong(v, "a text", "")
	return ""
}

// target is the name of a configured target.
func (r *reader) target(v goja.Value) string {
	if _, ok := v.(*goja.Object); ok {
		r.wrong(v, "a text", "a target goes by its name, such as ctx.targets[0].name")
		return ""
	}
	name := r.text(v)
	if name == "" || slices.Contains(r.targets, name) {
		return name
	}
	hint := "configured: " + strings.Join(r.targets, ", ")
	if near := nearest.Name(name, r.targets); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	r.note(fmt.Sprintf("unknown target %q in %s", name, r.path), hint)
	return ""
}

// whole is a whole number within bounds.
func (r *reader) whole(v goja.Value, from, to int) int {
	if n, ok := number(v); ok && n == math.Trunc(n) && n >= float64(from) && n <= float64(to) {
		return int(n)
	}
	want := "a whole number from " + strconv.Itoa(from)
	if to < math.MaxInt32 {
		want += " to " + strconv.Itoa(to)
	}
	r.wrong(v, want, "")
	return 0
}

// number is a number, and whether v is a finite one.
func number(v goja.Value) (n float64, ok bool) {
	if !goja.IsNumber(v) {
		return 0, false
	}
	n = v.ToFloat()
	return n, !math.IsNaN(n) && !math.IsInf(n, 0)
}

// flag is true or false.
func (r *reader) flag(v goja.Value) bool {
	b, ok := v.Export().(bool)
	if !ok {
		r.wrong(v, "true or false", "")
	}
	return b
}

// oneOf is one of a few strings.
func (r *reader) oneOf(v goja.Value, valid []string) string {
	s := r.text(v)
	if s == "" || slices.Contains(valid, s) {
		return s
	}
	hint := ""
	if near := nearest.Name(s, valid); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	r.wrong(v, "one of "+strings.Join(valid, ", "), hint)
	return ""
}

// longestList bounds arrays, which are read without a chance to interrupt.
const longestList = 1000

// list is an array, read item by item.
func (r *reader) list(v goja.Value, read func(item goja.Value)) {
	array, ok := v.(*goja.Object)
	if !ok || array.ClassName() != "Array" {
		r.wrong(v, "an array", "")
		return
	}
	length := int(array.Get("length").ToInteger())
	if length > longestList {
		r.wrong(v, fmt.Sprintf("an array of at most %d items", longestList), "")
		return
	}
	place := r.path
	for n := range length {
		r.path = fmt.Sprintf("%s[%d]", place, n)
		read(array.Get(strconv.Itoa(n)))
	}
	r.path = place
}

// object is a plain object, nil when v is something else.
func (r *reader) object(v goja.Value) *goja.Object {
	o, ok := v.(*goja.Object)
	if !ok || o.ClassName() != "Object" {
		r.wrong(v, "an object", "")
		return nil
	}
	if proto := o.Prototype(); proto != nil && proto != r.plain {
		r.note(r.path+" must be a plain object, not an instance of a class", "")
		return nil
	}
	return o
}

// show is a value in a message: texts and numbers as they are, of others the kind.
func show(v goja.Value) string {
	switch {
	case v == nil || goja.IsUndefined(v):
		return "undefined"
	case goja.IsString(v):
		return strconv.Quote(shorten(v.String(), 60))
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return v.String()
	}
	switch class := o.ClassName(); class {
	case "Array":
		return "an array"
	case "Object":
		return "an object"
	default:
		return "a " + strings.ToLower(class)
	}
}

// shorten cuts a text at a whole character.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for i := range s {
		if i > limit {
			return s[:i] + "…"
		}
	}
	return s
}
