package simulate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"spillway/engine/nearest"
)

// Unit is what a metric counts in.
type Unit string

// The units.
const (
	Share   Unit = "share"   // 0 to 1, written as 99%
	Time    Unit = "time"    // seconds, written as 1.5s
	Number  Unit = "number"  // written as 1.2 or 10k
	Dollars Unit = "dollars" // written as $12.50 or 12.5
)

// metric is a named figure of a report.
type metric struct {
	name string
	unit Unit
	of   func(r *Report, f *Figures) float64
}

// metrics are all there are. Those of r are only for all clients together.
var metrics = []metric{
	{"success", Share, func(_ *Report, f *Figures) float64 { return ratio(f.Served, f.Requests) }},
	{"amplification", Number, func(_ *Report, f *Figures) float64 { return ratio(f.Sends, f.Requests) }},
	{"p50", Time, func(_ *Report, f *Figures) float64 { return float64(f.FirstToken.P50) / 1000 }},
	{"p95", Time, func(_ *Report, f *Figures) float64 { return float64(f.FirstToken.P95) / 1000 }},
	{"p99", Time, func(_ *Report, f *Figures) float64 { return float64(f.FirstToken.P99) / 1000 }},
	{"elsewhere", Share, func(_ *Report, f *Figures) float64 { return ratio(f.Elsewhere, f.Served) }},
	{"otherTarget", Share, func(_ *Report, f *Figures) float64 { return ratio(f.OtherTarget, f.Served) }},
	{"otherModel", Share, func(_ *Report, f *Figures) float64 { return ratio(f.OtherModel, f.Served) }},
	{"requests", Number, func(_ *Report, f *Figures) float64 { return float64(f.Requests) }},
	{"served", Number, func(_ *Report, f *Figures) float64 { return float64(f.Served) }},
	{"failed", Number, func(_ *Report, f *Figures) float64 { return float64(f.Failed) }},
	{"broken", Number, func(_ *Report, f *Figures) float64 { return float64(f.Broken) }},
	{"gaveUp", Number, func(_ *Report, f *Figures) float64 { return float64(f.GaveUp) }},
	{"sends", Number, func(_ *Report, f *Figures) float64 { return float64(f.Sends) }},
	{"overloads", Number, func(_ *Report, f *Figures) float64 { return float64(f.Overloads) }},
	{"tokens", Number, func(_ *Report, f *Figures) float64 { return float64(f.InputTokens + f.OutputTokens) }},
	{"dollars", Dollars, func(_ *Report, f *Figures) float64 { return f.Dollars }},
	{"queue", Number, func(r *Report, _ *Figures) float64 { return float64(r.WorstQueue) }},
	{"waiting", Number, func(r *Report, _ *Figures) float64 { return float64(r.MostWaiting) }},
	{"faults", Number, func(r *Report, _ *Figures) float64 { return float64(r.Faults) }},
}

func ratio(a, b int) float64 { return float64(a) / float64(max(1, b)) }

// Metrics are the names that [Report.Value] and [ParseLaw] know.
func Metrics() []string {
	names := make([]string, len(metrics))
	for i, m := range metrics {
		names[i] = m.name
	}
	return names
}

func findMetric(name string) (*metric, error) {
	for i := range metrics {
		if metrics[i].name == name {
			return &metrics[i], nil
		}
	}
	if near := nearest.Name(name, Metrics()); near != "" {
		return nil, fmt.Errorf("there is no metric %q (did you mean %q?)", name, near)
	}
	return nil, fmt.Errorf("there is no metric %q; there are %s", name, strings.Join(Metrics(), ", "))
}

// Value is a metric by its name, in its unit: times in seconds, shares 0 to 1. "app.p95" is that of the client app alone; queue, waiting
// and faults are always of all together.
func (r *Report) Value(name string) (float64, error) {
	figures := &r.Figures
	if client, of, ok := strings.Cut(name, "."); ok {
		name = of
		if figures = r.client(client); figures == nil {
			return 0, fmt.Errorf("the scenario has no client %q; it has %s", client, strings.Join(r.clientNames(), ", "))
		}
	}
	m, err := findMetric(name)
	if err != nil {
		return 0, err
	}
	return m.of(r, figures), nil
}

func (r *Report) client(name string) *Figures {
	for i := range r.Clients {
		if r.Clients[i].Name == name {
			return &r.Clients[i].Figures
		}
	}
	return nil
}

func (r *Report) clientNames() []string {
	names := make([]string, len(r.Clients))
	for i := range r.Clients {
		names[i] = r.Clients[i].Name
	}
	return names
}

// Format writes a value as a person reads it: 99.2%, 1.52s, $12.50, 1.2.
func (u Unit) Format(value float64) string {
	switch u {
	case Share:
		return strconv.FormatFloat(math.Floor(value*1000+1e-9)/10, 'f', -1, 64) + "%"
	case Time:
		return seconds3(value)
	case Dollars:
		return "$" + strconv.FormatFloat(value, 'f', 2, 64)
	}
	if value >= 100 || value == math.Trunc(value) {
		return strconv.FormatFloat(math.Round(value), 'f', 0, 64)
	}
	return strconv.FormatFloat(value, 'f', 2, 64)
}

// seconds3 writes a time with about three digits.
func seconds3(value float64) string {
	d := time.Duration(math.Round(value*1000)) * time.Millisecond
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	}
	return d.String()
}
