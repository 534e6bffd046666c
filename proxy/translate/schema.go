package translate

import (
	"slices"

	"github.com/tidwall/gjson"
)

// schemasIn says where a schema has others: by name in an object, alone or in a list.
var schemasIn = map[string]bool{
	"properties": true, "$defs": true, "definitions": true,
	"items": false, "prefixItems": false, "anyOf": false, "allOf": false, "oneOf": false, "not": false,
}

// subschemas yields the schemas that stand directly in one.
func subschemas(schema gjson.Result, yield func(gjson.Result)) {
	schema.ForEach(func(key, value gjson.Result) bool {
		switch named, ok := schemasIn[key.Str]; {
		case !ok:
		case named || value.IsArray():
			value.ForEach(func(_, inner gjson.Result) bool { yield(inner); return true })
		default:
			yield(value)
		}
		return true
	})
}

// ofObject says whether a schema is one of objects.
func ofObject(schema gjson.Result) bool {
	kind := schema.Get("type")
	return kind.Str == "object" || kind.IsArray() && slices.ContainsFunc(kind.Array(), func(k gjson.Result) bool { return k.Str == "object" })
}

// strictable says whether OpenAI can hold a model to a schema: all objects name all of their properties as required, and allow
// no others (OpenAI docs, structured outputs).
func strictable(schema gjson.Result) bool {
	fits := true
	if ofObject(schema) {
		more := schema.Get("additionalProperties")
		required := schema.Get("required").Array()
		fits = more.Type == gjson.False
		schema.Get("properties").ForEach(func(name, _ gjson.Result) bool {
			fits = fits && slices.ContainsFunc(required, func(r gjson.Result) bool { return r.String() == name.String() })
			return fits
		})
	}
	subschemas(schema, func(inner gjson.Result) { fits = fits && strictable(inner) })
	return fits
}

// parameters writes what a function takes. One that takes nothing has an object without properties in both dialects, and
// Anthropic wants to be told that it is an object. Which draft of JSON Schema it is nobody needs.
func (w *writer) parameters(schema gjson.Result) {
	if !schema.IsObject() {
		schema = gjson.Result{}
	}
	w.open('{')
	if !schema.Get("type").Exists() {
		w.key("type").word("object")
	}
	some := false
	schema.ForEach(func(key, value gjson.Result) bool {
		if key.Str != "$schema" {
			some = true
			w.member(key, value)
		}
		return true
	})
	if !some {
		w.key("properties").raw("{}")
	}
	w.end('}')
}

// closed writes a schema of which no object allows properties that it does not name: Anthropic wants that said of each. What fits
// it fits the schema itself.
func (w *writer) closed(schema gjson.Result) {
	if !schema.IsObject() {
		w.raw(schema.Raw)
		return
	}
	w.open('{')
	schema.ForEach(func(key, value gjson.Result) bool {
		named, ok := schemasIn[key.Str]
		if !ok || named && !value.IsObject() {
			w.member(key, value)
			return true
		}
		w.name(key)
		w.closedIn(named, value)
		return true
	})
	if ofObject(schema) && !schema.Get("additionalProperties").Exists() {
		w.key("additionalProperties").raw("false")
	}
	w.end('}')
}

// closedIn writes the schemas that stand in a member of one.
func (w *writer) closedIn(named bool, value gjson.Result) {
	switch {
	case named:
		w.open('{')
		value.ForEach(func(name, inner gjson.Result) bool { w.name(name); w.closed(inner); return true })
		w.end('}')
	case value.IsArray():
		w.open('[')
		value.ForEach(func(_, inner gjson.Result) bool { w.closed(inner); return true })
		w.end(']')
	default:
		w.closed(value)
	}
}
