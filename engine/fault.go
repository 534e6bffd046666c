package engine

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Position is a place in a file a person wrote. Line and Column count from 1; File is relative where possible.
type Position struct {
	File         string `json:"file,omitempty"`
	Line, Column int
}

// String is file:line:col, without the parts that are unknown.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return p.File + ":" + strconv.Itoa(p.Line)
	default:
		return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
	}
}

// Fault is something wrong with a policy or a configuration file, told the way a good compiler does.
type Fault struct {
	Position
	// Message says what is wrong, lower case, without the position.
	Message string
	// Hint says what to do; "" when there is nothing to add.
	Hint string
	// Source is the line at Position, for the code frame; "" when unknown.
	Source string
	// Stack lists source-mapped callers, innermost first, as "function (file:line:col)".
	Stack []string
}

// Error is one line: position, message and hint.
func (f *Fault) Error() string {
	var b strings.Builder
	if at := f.Position.String(); at != "" {
		b.WriteString(at + ": ")
	}
	b.WriteString(f.Message)
	if f.Hint != "" {
		b.WriteString(" (" + f.Hint + ")")
	}
	return b.String()
}

// Frame is the fault over several lines: position and message, the source line with a caret, the hint, the stack. It holds nothing
// that a terminal would obey, whatever the script says.
func (f *Fault) Frame() string {
	var b strings.Builder
	if at := f.Position.String(); at != "" {
		b.WriteString(at + ": ")
	}
	b.WriteString(f.Message + "\n")
	if f.Source != "" {
		number := fmt.Sprint(f.Line)
		source, column := around(f.Source, f.Column)
		fmt.Fprintf(&b, "  %s | %s\n", number, source)
		if column > 0 {
			fmt.Fprintf(&b, "  %s | %s^\n", strings.Repeat(" ", len(number)), indentLike(source, column-1))
		}
	}
	if f.Hint != "" {
		b.WriteString("  hint: " + f.Hint + "\n")
	}
	for _, caller := range f.Stack {
		b.WriteString("    at " + caller + "\n")
	}
	return strings.Map(printed, b.String())
}

// printed is a character as a terminal may show it.
func printed(r rune) rune {
	if r == '\n' || r == '\t' || unicode.IsPrint(r) {
		return r
	}
	return utf8.RuneError
}

// frameWidth is how many bytes of a line a frame shows at most before and behind its column.
const frameWidth = 100

// around is what of a line is looked at by a person, and the column there: all, unless somebody wrote, or packed, too much into it.
func around(line string, column int) (part string, at int) {
	begin, end := max(0, column-frameWidth), min(len(line), max(0, column)+frameWidth)
	if begin >= end {
		return "", 0
	}
	for begin > 0 && !utf8.RuneStart(line[begin]) {
		begin++
	}
	for end < len(line) && !utf8.RuneStart(line[end]) {
		end--
	}
	part, at = line[begin:end], column-begin
	if begin > 0 {
		part, at = "…"+part, at+len("…")
	}
	if end < len(line) {
		part += "…"
	}
	return part, at
}

// indentLike is blank space as wide as the first n bytes of line, keeping its tabs.
func indentLike(line string, n int) string {
	n = min(n, len(line))
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, line[:n]) + strings.Repeat(" ", max(0, n-len(line)))
}

// Faults is a list of faults that is an error itself.
type Faults []*Fault

// Error lists every fault, a line each.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}
