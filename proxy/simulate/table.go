package simulate

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"
)

// row is one line of the table: a figure of every contender.
type row struct {
	label string
	show  func(r *Report) string
}

var rows = []row{
	{"success", showMetric("success")},
	{"  got an error", func(r *Report) string { return grouped(r.Failed) }},
	{"  got half an answer", func(r *Report) string { return grouped(r.Broken) }},
	{"  gave up waiting", func(r *Report) string { return grouped(r.GaveUp) }},
	{"first token p50, of those served", showTime("p50")},
	{"            p95", showTime("p95")},
	{"            p99", showTime("p99")},
	{"upstream requests per client request", func(r *Report) string { return fmt.Sprintf("%.2f", ratio(r.Sends, r.Requests)) }},
	{"  refused for lack of capacity", func(r *Report) string { return grouped(r.Overloads) }},
	{"served by another target", showMetric("otherTarget")},
	{"served by a smaller model", showMetric("otherModel")},
	{"tokens in", func(r *Report) string { return short(r.InputTokens) }},
	{"tokens out", func(r *Report) string { return short(r.OutputTokens) }},
	{"dollars", showMetric("dollars")},
	{"  per 1,000 answers", func(r *Report) string { return Dollars.Format(1000 * r.Dollars / float64(max(1, r.Served))) }},
	{"longest queue", func(r *Report) string { return grouped(r.WorstQueue) }},
	{"most requests waiting", func(r *Report) string { return grouped(r.MostWaiting) }},
}

// Table writes the result as a table for people, a column for each contender.
func (r *Result) Table(w io.Writer) error {
	title := r.Scenario
	if r.Title != "" {
		title += ": " + r.Title
	}
	if _, err := fmt.Fprintf(w, "%s\n%s\n\n", title, r.facts()); err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	all := slices.Concat(rows, r.clientRows())
	wide := 0
	for _, row := range all {
		wide = max(wide, utf8.RuneCountInString(row.label))
	}
	line := func(label string, show func(*Report) string) {
		fmt.Fprint(table, label, strings.Repeat(" ", wide-utf8.RuneCountInString(label)), "\t")
		for _, c := range r.Contenders {
			fmt.Fprint(table, show(c), "\t")
		}
		fmt.Fprintln(table)
	}
	line("", func(c *Report) string { return c.Contender })
	for _, row := range all {
		line(row.label, row.show)
	}
	return table.Flush() //nolint:wrapcheck // it is w's error
}

// facts are what was simulated, in a line.
func (r *Result) facts() string {
	requests := 0
	if len(r.Contenders) > 0 {
		requests = r.Contenders[0].Requests
	}
	lasts := (time.Duration(r.DurationMs) * time.Millisecond).String()
	return fmt.Sprintf("%s, seed %d, %s requests", plainly(lasts), r.Seed, grouped(requests))
}

// clientRows are those of each client, if there are several.
func (r *Result) clientRows() (rows []row) {
	if len(r.Contenders) == 0 || len(r.Contenders[0].Clients) < 2 {
		return nil
	}
	for _, c := range r.Contenders[0].Clients {
		rows = append(rows,
			row{c.Name + ": success", showMetric(c.Name + ".success")},
			row{c.Name + ": first token p95", showTime(c.Name + ".p95")})
	}
	return rows
}

func showMetric(name string) func(*Report) string {
	return func(r *Report) string {
		_, of, ok := strings.Cut(name, ".")
		if !ok {
			of = name
		}
		m, err := findMetric(of)
		if err != nil {
			panic(err) // the names above are metrics
		}
		value, err := r.Value(name)
		if err != nil {
			panic(err) // and the clients the report's own
		}
		return m.unit.Format(value)
	}
}

// showTime shows a time, or a dash when nothing was served.
func showTime(name string) func(*Report) string {
	show := showMetric(name)
	return func(r *Report) string {
		if value, _ := r.Value(name); value == 0 {
			return "-"
		}
		return show(r)
	}
}

// grouped writes a number with a comma between thousands.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// short writes a number of tokens.
func short(n int) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2fG", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1fM", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0fk", float64(n)/1e3)
	}
	return strconv.Itoa(n)
}

// plainly writes 15m0s as 15m.
func plainly(lasts string) string {
	lasts = strings.TrimSuffix(lasts, "m0s") + map[bool]string{true: "m"}[strings.HasSuffix(lasts, "m0s")]
	return strings.TrimSuffix(lasts, "h0m") + map[bool]string{true: "h"}[strings.HasSuffix(lasts, "h0m")]
}
