package translate

import (
	"slices"
	"strings"

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

// strictWords are what a schema may say that OpenAI holds a model to (OpenAI docs, structured outputs). It refuses others.
var strictWords = words(`$schema $defs definitions $ref title description type enum const anyOf properties required
	additionalProperties items minItems maxItems minimum maximum exclusiveMinimum exclusiveMaximum multipleOf pattern format`)

// strictFormats are the formats of strings among them.
var strictFormats = words("date-time time date duration email hostname ipv4 ipv6 uuid")

func words(list string) map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// strictable says whether OpenAI can hold a model to a schema: it says nothing else than it may, and all objects name all of
// their properties as required, and allow no others.
func strictable(schema gjson.Result) bool {
	fits := true
	schema.ForEach(func(key, value gjson.Result) bool {
		fits = strictWords[key.Str] && (key.Str != "format" || strictFormats[value.Str])
		return fits
	})
	if fits && ofObject(schema) {
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

// heldWords are what a schema may say that Anthropic holds a model to, and heldFormats the formats of strings among them
// (Anthropic's SDKs, transform_schema). It refuses others.
var (
	heldWords = words("$defs definitions $ref title description type enum const anyOf allOf oneOf properties required " +
		"additionalProperties items minItems format")
	heldFormats = words("date-time time date duration email hostname uri ipv4 ipv6 uuid")
)

// isHeld says whether Anthropic holds a model to what a schema says under a key.
func isHeld(key, value gjson.Result) bool {
	switch key.Str {
	case "format":
		return heldFormats[value.Str]
	case "minItems":
		return value.Raw == "0" || value.Raw == "1"
	case "enum":
		return !slices.ContainsFunc(value.Array(), func(v gjson.Result) bool { return v.Type == gjson.JSON })
	case "const":
		return value.Type != gjson.JSON
	}
	return heldWords[key.Str]
}

// isOpen says whether a schema has objects that explicitly allow properties which they do not name: Anthropic holds no model to it.
func isOpen(schema gjson.Result) bool {
	more := schema.Get("additionalProperties")
	open := more.Exists() && more.Type != gjson.False
	subschemas(schema, func(inner gjson.Result) { open = open || isOpen(inner) })
	return open
}

// held writes a schema as Anthropic holds a model to it. No object allows properties that it does not name, which has to be said
// of each: what fits that fits the schema itself. What the model is not held to its description says, as Anthropic's SDKs do.
func (t *Translation) held(schema gjson.Result) {
	w := &t.w
	if !schema.IsObject() {
		w.raw(schema.Raw)
		return
	}
	var description gjson.Result
	var told []string
	w.open('{')
	schema.ForEach(func(key, value gjson.Result) bool {
		named, has := schemasIn[key.Str]
		switch {
		case key.Str == "$schema":
		case key.Str == "description":
			description = value
		case !isHeld(key, value), key.Str == "oneOf" && schema.Get("anyOf").Exists():
			told = append(told, key.Str+": "+value.Raw)
		case !has || named && !value.IsObject():
			w.member(key, value)
		case key.Str == "oneOf":
			w.key("anyOf")
			t.heldIn(named, value)
		default:
			w.name(key)
			t.heldIn(named, value)
		}
		return true
	})
	if ofObject(schema) && !schema.Get("additionalProperties").Exists() {
		w.key("additionalProperties").raw("false")
	}
	switch {
	case len(told) > 0:
		t.Drop("schema_limits")
		w.key("description").text(strings.TrimLeft(description.String()+"\n\n{"+strings.Join(told, ", ")+"}", "\n"))
	case description.Exists():
		w.key("description").raw(description.Raw)
	}
	w.end('}')
}

// heldIn writes the schemas that stand in a member of one.
func (t *Translation) heldIn(named bool, value gjson.Result) {
	w := &t.w
	switch {
	case named:
		w.open('{')
		value.ForEach(func(name, inner gjson.Result) bool { w.name(name); t.held(inner); return true })
		w.end('}')
	case value.IsArray():
		w.open('[')
		value.ForEach(func(_, inner gjson.Result) bool { t.held(inner); return true })
		w.end(']')
	default:
		t.held(value)
	}
}
