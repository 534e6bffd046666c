package dialect

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"spillway/proxy/rawjson"
)

// maxFields is how many fields a body may have at its top level. The richest request the dialects define has about forty.
const maxFields = 256

// field is one member of a body's top level.
type field struct {
	name []byte // without escapes; aliases the body if it had none
	// Offsets in the body: of the key's opening quote, of the value, and behind the value.
	key, value, end int
}

// fields is the top level of a body, in its order. No name occurs twice.
type fields []field

func (fs fields) find(name string) (field, bool) {
	for _, f := range fs {
		if string(f.name) == name {
			return f, true
		}
	}
	return field{}, false
}

func (fs *fields) add(f field) *Problem {
	if _, twice := fs.find(string(f.name)); twice {
		return badRequest(f.key, "duplicate key %q", f.name)
	}
	if len(*fs) == maxFields {
		return badRequest(f.key, "body has more than %d fields at its top level", maxFields)
	}
	*fs = append(*fs, f)
	return nil
}

// scanFields is the one pass over a body: it checks all of its structure and notes where the top level's fields are.
func scanFields(body []byte, into fields) (fields, *Problem) {
	if p := eachField(body, into.add); p != nil {
		return nil, p
	}
	return into, invalidText(body)
}

// eachField checks all of a body's structure, and shows each field of its top level in turn, until a visit objects.
func eachField(body []byte, visit func(field) *Problem) *Problem {
	at := rawjson.SkipSpace(body, 0)
	if p := opening(body, at); p != nil {
		return p
	}
	at = rawjson.SkipSpace(body, at+1)
	for more := !rawjson.Is(body, at, '}'); more; {
		f := field{key: at}
		if f.value = rawjson.SkipKey(body, at); f.value < 0 {
			return malformed(body, f.value)
		}
		if f.end = rawjson.SkipValue(body, f.value, 1); f.end < 0 {
			return malformed(body, f.end)
		}
		f.name = nameOf(body[at:f.value])
		if p := visit(f); p != nil {
			return p
		}
		if at = rawjson.SkipSpace(body, f.end); rawjson.Is(body, at, ',') {
			at = rawjson.SkipSpace(body, at+1)
			continue
		}
		if more = false; !rawjson.Is(body, at, '}') {
			return malformed(body, ^at)
		}
	}
	if at = rawjson.SkipSpace(body, at+1); at < len(body) {
		return malformed(body, ^at)
	}
	return nil
}

// opening is what is wrong with a body that does not begin with an object.
func opening(body []byte, at int) *Problem {
	switch {
	case at == len(body):
		return badRequest(0, "body is empty")
	case body[at] == '{':
		return nil
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return badRequest(0, "body begins with a byte order mark")
	}
	if end := rawjson.SkipValue(body, at, 0); end < 0 {
		return malformed(body, end)
	}
	return badRequest(at, "body: expected an object, got %s", describe(body[at:]))
}

// malformed puts into words a negative result of the functions that walk over JSON.
func malformed(body []byte, result int) *Problem {
	at := ^result
	switch {
	case result == rawjson.TooDeep:
		return badRequest(0, "body is nested deeper than %d levels", rawjson.MaxDepth)
	case at >= len(body):
		return badRequest(len(body), "body is not valid JSON: unexpected end at byte %d", len(body))
	case body[at] < ' ' || body[at] > '~':
		return badRequest(at, "body is not valid JSON: unexpected byte 0x%02x at byte %d", body[at], at)
	default:
		return badRequest(at, "body is not valid JSON: unexpected %q at byte %d", body[at], at)
	}
}

// invalidText finds what is not UTF-8. A target would either refuse it or read something else than we do.
func invalidText(body []byte) *Problem {
	if rawjson.ValidText(body) {
		return nil
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(body[at:])
		if r == utf8.RuneError && size == 1 {
			return badRequest(at, "body is not valid UTF-8 at byte %d", at)
		}
		at += size
	}
}

// nameOf is the name that a key stands for. Escapes in it are rare, but the target resolves them too.
func nameOf(key []byte) []byte {
	end := bytes.LastIndexByte(key, '"')
	if name := key[1:end]; bytes.IndexByte(name, '\\') < 0 {
		return name
	}
	return []byte(gjson.ParseBytes(key[:end+1]).String())
}

// describe names the type of a value for a person.
func describe(value []byte) string {
	switch value[0] {
	case '"':
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}

func isNull(value []byte) bool { return len(value) > 0 && value[0] == 'n' }

// wholeNumber reads a number without a fraction, as 1024, 1024.0 or 1e3.
func wholeNumber(value []byte) (int, bool) {
	if n, err := strconv.Atoi(string(value)); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int(f), true
}
