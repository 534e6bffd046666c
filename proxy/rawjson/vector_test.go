//go:build !purego

package rawjson

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// large makes a value long enough for vector instructions.
func large(value string) []byte {
	return []byte("[" + strings.Repeat(`"\\\"[{ü",`, vectorFrom/10+1) + value + "] rest")
}

func TestLargeValuesEndWhereSmallOnesDo(t *testing.T) {
	for _, value := range []string{
		`1`, `-0.5e+7`, `"\""`, `"\\"`, `"\\\""`, `"]"`, `{"a":[{}]}`, `{"}":"{"}`, `null`, "\"\u00e9\"", ` [ ] `, "\"tab\there\"",
		`{"a"}`, `{"a":}`, `01`, `tru`, `[1,]`, `"`, `[`, `{`, `,`, ``,
	} {
		b := large(value)
		got, want := SkipValue(b, 0, 1), skipArray(b, 0, 1)
		if got != want {
			t.Errorf("%s: %d, want %d", value, got, want)
		}
	}
}

func TestSkipLargeIsUsed(t *testing.T) {
	b := large("1")
	if end := skipLarge(b, 0); string(b[end:]) != " rest" {
		t.Errorf("it ends at %d of %d", end, len(b))
	}
	if end := skipLarge([]byte(strings.Repeat("[", 100_000)), 0); end != 0 {
		t.Errorf("100,000 levels end at %d", end)
	}
}

func FuzzSkipLarge(f *testing.F) {
	f.Add([]byte(`[{"a":"\""},1.5e3,null]`))
	f.Add([]byte(`{"a":"\ud800","b":[true,false]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 || b[0] != '[' && b[0] != '{' {
			return
		}
		end := skipLarge(b, 0)
		if end == 0 {
			if want := SkipValue(b, 0, 1); want == len(b) && json.Valid(b) {
				t.Fatalf("%q is refused", b)
			}
			return
		}
		if want := SkipValue(b, 0, 1); want != end && want != TooDeep {
			t.Fatalf("%q ends at %d, want %d", b, end, want)
		}
	})
}

func FuzzValidText(f *testing.F) {
	f.Add([]byte("größe – naïve"), 40)
	f.Fuzz(func(t *testing.T, b []byte, pad int) {
		b = append([]byte(strings.Repeat("a", max(0, min(pad, 200)))), b...)
		if got, want := ValidText(b), utf8.Valid(b); got != want {
			t.Fatalf("%q: %v, want %v", b, got, want)
		}
	})
}
