package rawjson

import (
	"strings"
	"testing"
)

func TestStringsEndAtTheirQuoteHoweverManyAreEscaped(t *testing.T) {
	for escaped := range 3 * manyEscapes {
		for _, tail := range []string{``, `\\`, `\\\\`, "\t\x01", `\u00e9`, `\ud800`, `\x`, "\xff", `,"`} {
			whole := `"` + strings.Repeat(`\"`, escaped) + tail
			end := len(whole) + 1
			if cut, _, early := strings.Cut(tail, `"`); early {
				end -= len(tail) - len(cut)
			}
			if got := SkipString([]byte(whole+`" rest "`), 0); got != end {
				t.Errorf("%d escaped, %q: it ends at %d, want %d", escaped, tail, got, end)
			}
			if got := SkipString([]byte(whole), 0); got >= 0 && end > len(whole) {
				t.Errorf("%d escaped, %q: it ends at %d without a quote", escaped, tail, got)
			}
		}
	}
}

func FuzzSkipString(f *testing.F) {
	f.Add([]byte(`\"\"\"\"\"\\" "`))
	f.Add([]byte(`\"\"\"\"` + strings.Repeat("0", 24))) // no end, and a length that vectors divide
	f.Add([]byte("\x01\xff\\\"\\\"\\\"\\\"\\u12\""))
	f.Fuzz(func(t *testing.T, inside []byte) {
		b := append([]byte{'"'}, inside...)
		want := ^len(b)
		for i := 1; i < len(b); i++ {
			if b[i] == '\\' {
				i++
			} else if b[i] == '"' {
				want = i + 1
				break
			}
		}
		if got := SkipString(b, 0); got != want {
			t.Fatalf("%q ends at %d, want %d", b, got, want)
		}
	})
}
