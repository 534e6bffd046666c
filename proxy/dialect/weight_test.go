package dialect

import (
	"bytes"
	"testing"
)

// Weighing eight bytes at once comes to the same as byte by byte.
func FuzzTextWeight(f *testing.F) {
	for _, text := range []string{
		``, `"`, `""`, `"plain text, and more of it"`, `"\\u0041\u0041\\"`, "\"\u65e5\u672c\u8a9e and \U0001f600\"", `12345678\u`, `1234567\u`, `uuuuuuuu\\\\\\\\u`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want := runes{escapes: bytes.Count(text, []byte(`\`)), codes: bytes.Count(text, []byte(`\u`))}
		want.countWide(text)
		if got := readRunes(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	})
}
