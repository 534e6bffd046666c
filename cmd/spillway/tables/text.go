package tables

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/table"
)

// Text tells people, as `go test` does: failures with their code frames, a line for each policy, and a last one.
type Text struct {
	Out     io.Writer
	Verbose bool // a line for each row
}

// Row implements [Teller].
func (t *Text) Row(policy string, r table.Result) {
	switch {
	case r.Skipped && t.Verbose:
		t.line("--- SKIP", policy, r)
	case r.OK() && t.Verbose:
		t.line("--- PASS", policy, r)
	case !r.OK():
		t.line("--- FAIL", policy, r)
	}
	if t.Verbose {
		for _, m := range r.Measured {
			fmt.Fprintf(t.Out, "    %s %s, got %s\n", m.Metric, m.Text, cmp.Or(m.Got, "nothing"))
		}
	}
	for _, f := range r.Faults {
		t.fault(r.Name, f)
	}
}

func (t *Text) line(what, policy string, r table.Result) {
	fmt.Fprintf(t.Out, "%s: %s/%s (%s)\n", what, policy, printable(r.Name), seconds(r.Took))
}

// printable is a name without what would steer a terminal.
func printable(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}

// fault prints a fault below its row, without saying again which row that is.
func (t *Text) fault(row string, f *engine.Fault) {
	short := *f
	short.Message = strings.TrimPrefix(f.Message, fmt.Sprintf("row %q: ", row))
	for line := range strings.Lines(short.Frame()) {
		fmt.Fprint(t.Out, "    "+line)
	}
}

// Policy implements [Teller].
func (t *Text) Policy(p *policyset.Tested) {
	for _, f := range p.Faults {
		t.fault("", f)
	}
	file := cmp.Or(p.File, p.Table)
	var s Sum
	s.Add(p)
	switch {
	case !p.OK():
		fmt.Fprintf(t.Out, "FAIL\t%s\t%s\t%s\n", file, seconds(p.Took), counted(s))
	case p.Table == "":
		fmt.Fprintf(t.Out, "?   \t%s\t[no table]\n", file)
	case s.Rows == 0:
		fmt.Fprintf(t.Out, "ok  \t%s\t%s\t[no rows to run]\n", file, seconds(p.Took))
	default:
		fmt.Fprintf(t.Out, "ok  \t%s\t%s\t%s\n", file, seconds(p.Took), counted(s))
	}
}

// counted says of how many rows how many failed.
func counted(s Sum) string {
	var parts []string
	if rows := s.Rows - s.Storms; rows > 0 {
		parts = append(parts, plural(rows, "row"))
	}
	if s.Storms > 0 {
		parts = append(parts, plural(s.Storms, "storm"))
	}
	text := cmp.Or(strings.Join(parts, " and "), "no rows")
	if s.Failed > 0 {
		text += fmt.Sprintf(", %d failed", s.Failed)
	}
	if s.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", s.Skipped)
	}
	return text
}

// Coverage implements [Teller].
func (t *Text) Coverage(files []File) {
	fmt.Fprintln(t.Out)
	columns := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
	for _, f := range files {
		fmt.Fprintf(columns, "%s\t%5.1f%%\t%d of %d", f.Name, f.Percent(), f.Covered, f.Places)
		if lines := f.lines(); lines != "" {
			fmt.Fprintf(columns, "\tnot run: %s", lines)
		}
		fmt.Fprintln(columns)
	}
	_ = columns.Flush() // to where Fprint's errors went too
	fmt.Fprintln(t.Out)
}

// End implements [Teller].
func (t *Text) End(s Sum) {
	for _, f := range s.Faults {
		fmt.Fprint(t.Out, f.Frame())
	}
	verdict := "ok"
	if !s.OK() {
		verdict = "FAIL"
	}
	if s.Policies > 0 {
		fmt.Fprintf(t.Out, "%s: %s of %s, %s\n", verdict, counted(s), policies(s.Policies), seconds(s.Took))
	}
}

func policies(n int) string {
	if n == 1 {
		return "1 policy"
	}
	return fmt.Sprintf("%d policies", n)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2fs", d.Seconds()) }
