package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"spillway/engine/nearest"
)

// problem is something wrong with a row, or with the action it got.
type problem struct {
	path    string // "request.model"; "" = the row itself
	place   string // the path that was written, when it is another one
	message string
	hint    string
	caller  string // where the policy decided, as "decide (file:line:col)"
}

// object reads one JavaScript object strictly: the keys that its reader asks for are the keys that exist.
type object struct {
	path     string
	value    map[string]any
	known    []string
	problems *[]problem
}

// asObject reads value as an object; one without keys, and a problem, when it is none.
func asObject(path string, value any, problems *[]problem) *object {
	o := &object{path: path, problems: problems}
	fields, ok := value.(map[string]any)
	if value != nil && !ok {
		o.fault(path, "must be an object, not "+show(value), "")
	}
	o.value = fields
	return o
}

func (o *object) fault(path, message, hint string) {
	*o.problems = append(*o.problems, problem{path: path, message: message, hint: hint})
}

// at is the path of a key.
func (o *object) at(key string) string { return join(o.path, key) }

// take is the value of a key, which is known from now on.
func (o *object) take(key string) (any, bool) {
	o.known = append(o.known, key)
	value, ok := o.value[key]
	return value, ok && value != nil
}

// end reports the keys that nobody asked for, and says whether there were none.
func (o *object) end() bool {
	clean := true
	for _, key := range slices.Sorted(maps.Keys(o.value)) {
		if !slices.Contains(o.known, key) {
			o.fault(o.at(key), "unknown key", meant(key, o.known))
			clean = false
		}
	}
	return clean
}

// object is a nested object; an empty one when the key is absent.
func (o *object) object(key string) *object {
	value, _ := o.take(key)
	return asObject(o.at(key), value, o.problems)
}

// list is an array; nil when the key is absent.
func (o *object) list(key string) []any {
	value, ok := o.take(key)
	list, isList := value.([]any)
	if ok && !isList {
		o.fault(o.at(key), "must be an array, not "+show(value), "")
	}
	return list
}

// text reads a string into a variable that holds the default; one of allowed, if any are given.
func text[S ~string](o *object, key string, into *S, allowed ...S) {
	value, ok := o.take(key)
	if !ok {
		return
	}
	s, isText := value.(string)
	switch {
	case !isText:
		o.fault(o.at(key), "must be a string, not "+show(value), "")
	case len(allowed) > 0 && !slices.Contains(allowed, S(s)):
		words := make([]string, len(allowed))
		for i, word := range allowed {
			words[i] = string(word)
		}
		o.fault(o.at(key), fmt.Sprintf("must not be %q", s), meant(s, words))
	default:
		*into = S(s)
	}
}

// number reads a number into a variable that holds the default.
func number[N int | float64](o *object, key string, into *N) {
	value, ok := o.take(key)
	if !ok {
		return
	}
	n, isNumber := value.(float64)
	if !isNumber || N(n) < 0 || float64(N(n)) != n {
		o.fault(o.at(key), fmt.Sprintf("must be %s, not %s", kindOf(*into), show(value)), "")
		return
	}
	*into = N(n)
}

func kindOf(n any) string {
	if _, whole := n.(int); whole {
		return "a whole number of 0 or more"
	}
	return "a number of 0 or more"
}

// flag reads a boolean into a variable that holds the default.
func (o *object) flag(key string, into *bool) {
	value, ok := o.take(key)
	if b, isBool := value.(bool); isBool {
		*into = b
	} else if ok {
		o.fault(o.at(key), "must be true or false, not "+show(value), "")
	}
}

// duration reads a number of milliseconds, or a text such as "30s".
func (o *object) duration(key string, into *time.Duration) {
	value, ok := o.take(key)
	if !ok {
		return
	}
	ms, isDuration := milliseconds(value)
	if !isDuration || ms < 0 || ms > float64(longest/time.Millisecond) {
		o.fault(o.at(key), `must be a number of milliseconds or a text such as "30s", not `+show(value), "")
		return
	}
	*into = time.Duration(ms * float64(time.Millisecond))
}

// longest bounds the durations of a row as the policy API bounds its own.
const longest = 365 * 24 * time.Hour

// milliseconds reads a duration as policies write it.
func milliseconds(value any) (float64, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case string:
		d, err := time.ParseDuration(v)
		return float64(d) / float64(time.Millisecond), err == nil
	}
	return 0, false
}

// moment reads a time: a number of milliseconds since 1970, or a text such as "2026-11-01T12:00:00Z".
func (o *object) moment(key string, into *time.Time) {
	value, ok := o.take(key)
	if !ok {
		return
	}
	switch v := value.(type) {
	case float64:
		*into = time.UnixMicro(int64(v * 1000)).UTC()
		return
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			*into = at
			return
		}
	}
	o.fault(o.at(key), `must be milliseconds since 1970 or a text such as "2026-11-01T12:00:00Z", not `+show(value), "")
}

func join(path, key string) string {
	if path == "" || key == "" {
		return path + key
	}
	return path + "." + key
}

// meant is the hint at the valid name that was probably meant, or at all of them.
func meant(word string, valid []string) string {
	if near := nearest.Name(word, valid); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + strings.Join(valid, ", ")
}
