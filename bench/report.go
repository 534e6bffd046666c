package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
)

// figure is one thing that was measured, once a round.
type figure struct {
	Name     string    `json:"name"`
	Floor    []float64 `json:"floor,omitempty"` // of what Spillway is measured beside; absent where that has nothing of the kind
	Spillway []float64 `json:"spillway"`
	// MostRatio bounds Spillway's median ratio to the floor; Most bounds Spillway's median. 0 bounds nothing.
	MostRatio float64 `json:"mostRatio,omitempty"`
	Most      float64 `json:"most,omitempty"`
}

// append adds a round.
func (f *figure) append(floor, spillway float64) {
	f.Floor = append(f.Floor, floor)
	f.Spillway = append(f.Spillway, spillway)
}

// report is everything a run has found.
type report struct {
	Go        string    `json:"go"`
	CPUs      int       `json:"cpus"`
	Rounds    int       `json:"rounds"`
	Duration  string    `json:"duration"`
	Scenarios []section `json:"scenarios"`
}

type section struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Figures []figure `json:"figures"`
}

func newReport(l *lab) *report {
	return &report{Go: runtime.Version(), CPUs: runtime.NumCPU(), Rounds: l.rounds, Duration: l.duration.String()}
}

func (r *report) add(s scenario, figures []figure) {
	r.Scenarios = append(r.Scenarios, section{s.name, s.title, figures})
}

const explanation = `Clients, target and proxy share the CPUs, so throughput and latency tell how they got along. CPU/request and RSS are
read from /proc for the proxy's process alone: they are its price. Figures are medians over the rounds, a ratio is
Spillway's figure over the floor's of the same round: the forwarder's, if nothing else is said.
`

// row is name, floor, Spillway, ratio, ratios and verdict.
const row = "  %-26s %10s %10s %7s   %-18s %s\n"

func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s, %d CPUs, %d rounds of %s each\n%s", r.Go, r.CPUs, r.Rounds, r.Duration, explanation)
	for _, s := range r.Scenarios {
		fmt.Fprintf(w, "\n%s: %s\n", s.Name, s.Title)
		fmt.Fprintf(w, row, "", "floor", "spillway", "ratio", "per round", "")
		for _, f := range s.Figures {
			ratios := f.ratios()
			fmt.Fprintf(w, row, f.Name, number(f.Floor), number(f.Spillway), number(ratios), list(ratios), f.verdict())
		}
	}
}

// ratios is Spillway's value over the floor's, round by round.
func (f figure) ratios() []float64 {
	var ratios []float64
	for i := range min(len(f.Floor), len(f.Spillway)) {
		ratios = append(ratios, f.Spillway[i]/f.Floor[i])
	}
	return ratios
}

// verdict says whether the figure keeps within its budget.
func (f figure) verdict() string {
	switch {
	case f.MostRatio > 0:
		return verdict("×", median(f.ratios()), f.MostRatio)
	case f.Most > 0:
		return verdict("", median(f.Spillway), f.Most)
	default:
		return ""
	}
}

func verdict(unit string, value, most float64) string {
	if value <= most {
		return fmt.Sprintf("≤ %g%s ok", most, unit)
	}
	return fmt.Sprintf("≤ %g%s EXCEEDED", most, unit)
}

// median is the middle value, the mean of two when there is none; 0 of nothing.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// number is the median with three significant digits or so; "" of nothing.
func number(values []float64) string {
	if len(values) == 0 {
		return ""
	}
	switch m := median(values); {
	case m >= 100:
		return fmt.Sprintf("%.0f", m)
	case m >= 10:
		return fmt.Sprintf("%.1f", m)
	default:
		return fmt.Sprintf("%.2f", m)
	}
}

func list(values []float64) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprintf("%.2f", v)
	}
	return strings.Join(texts, " ")
}
