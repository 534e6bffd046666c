package translate

import (
	"encoding/json"
	"strings"
	"testing"
)

// The texts that are objects, and some that are none.
var objects = []string{
	`{}`, ` { } `, `{"a":1}`, `{"a":[1,-2.5e+3,true,null,{"b":[]}],"c":"\u00e9\n\"}"}`, `{"a":{}} `, `{"a":[[]]}`,
	`{"0"}`, `{"a":}`, `{"a":1,}`, `{"a" 1}`, `{,}`, `{"a":1 2}`, `{"a":tru}`, `{"a":01}`, `{"a":[1,]}`, `{"a":[}`, `{"a":1]`,
	`{"a":"\x"}`, `{"a":"\u00g0"}`, "{\"a\":\"\n\"}", `{"a":1"b"}`, `{"a":"b""c"}`, `{}{}`, `{} 1`, `[]`, `"a"`, `1`, `{"a":1:2}`, `{"a":[:]}`,
	`{"a":{"b":1}`, `{"a":"`, `{"a":"\`, `{1:2}`, `{"a":nulll}`, `}`, `{"a":-}`, `{[]:1}`,
}

// A balance agrees with encoding/json about every text, however it is cut.
func checkBalance(t *testing.T, text string) {
	t.Helper()
	var whole, bytewise balance
	whole.add(text)
	for i := range len(text) {
		bytewise.add(text[i : i+1])
	}
	want := json.Valid([]byte(text)) && strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{")
	for how, b := range map[string]*balance{"whole": &whole, "byte by byte": &bytewise} {
		if got := b.complete && !b.odd; got != want {
			t.Errorf("%s: %q is an object: %t, want %t", how, text, got, want)
		}
	}
	for end := range len(text) {
		var b balance
		if b.add(text[:end]); want && b.odd {
			t.Errorf("%q is odd, and yet the beginning of an object", text[:end])
		}
	}
}

func TestBalance(t *testing.T) {
	for _, text := range objects {
		checkBalance(t, text)
	}
}

func FuzzBalance(f *testing.F) {
	for _, text := range objects {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 300 { // every beginning of it is read
			checkBalance(t, text)
		}
	})
}
