package engine

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// A frame shows the column, however long the line.
func TestFramesOfLongLines(t *testing.T) {
	long := strings.Repeat("é", 1000) + "\tX" + strings.Repeat("é", 1000)
	for name, c := range map[string]struct {
		source string
		column int
		want   string // the line as shown
		caret  int    // characters before the caret
	}{
		"short":              {"\tlet X", 6, "\tlet X", 5},
		"behind its end":     {"let X", 6, "let X", 5},
		"far behind it":      {"let X", 600, "", -1},
		"long":               {long, 2002, "…" + strings.Repeat("é", 49) + "\tX" + strings.Repeat("é", 50) + "…", 51},
		"at its begin":       {long, 1, strings.Repeat("é", 50) + "…", 0},
		"without a column":   {long, 0, strings.Repeat("é", 50) + "…", -1},
		"at its end":         {strings.Repeat("x", 1000) + "X", 1001, "…" + strings.Repeat("x", 99) + "X", 100},
		"cut in a character": {strings.Repeat("é", 200), 103, "…" + strings.Repeat("é", 99) + "…", 50},
	} {
		t.Run(name, func(t *testing.T) {
			f := Fault{Position: Position{"a.ts", 1, c.column}, Message: "no", Source: c.source}
			lines := strings.Split(f.Frame(), "\n")
			if shown := strings.TrimPrefix(lines[1], "  1 | "); shown != c.want || !utf8.ValidString(shown) {
				t.Errorf("got  %q\nwant %q", shown, c.want)
			}
			caret := strings.TrimPrefix(lines[2], "    | ")
			if at := utf8.RuneCountInString(caret) - 1; c.caret >= 0 && (at != c.caret || !strings.HasSuffix(caret, "^")) {
				t.Errorf("the caret is behind %d characters, want %d: %q", at, c.caret, caret)
			}
		})
	}
}
