package simulate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Law is what a metric has to keep to, such as success >= 99%.
type Law struct {
	// Metric is the name, perhaps of one client: "app.success".
	Metric string
	// Unit is the metric's.
	Unit Unit
	// Relation is one of >= <= > < ==.
	Relation string
	// Bound is in the unit.
	Bound float64
}

var relations = []string{">=", "<=", "==", ">", "<"}

// ParseLaw reads what a metric has to keep to: a relation and a value with its unit, as in ">= 99%", "< 30s", "<= 1.2", "<= $20". The
// error says what is wrong with which of the two, and names the nearest valid name.
func ParseLaw(name, text string) (Law, error) {
	_, of, ok := strings.Cut(name, ".")
	if !ok {
		of = name
	}
	m, err := findMetric(of)
	if err != nil {
		return Law{}, err
	}
	law := Law{Metric: name, Unit: m.unit}
	rest := strings.TrimSpace(text)
	for _, relation := range relations {
		if after, ok := strings.CutPrefix(rest, relation); ok {
			law.Relation, rest = relation, strings.TrimSpace(after)
			break
		}
	}
	if law.Relation == "" {
		return Law{}, fmt.Errorf("%s: %q has no relation; write one such as %q", name, rest, ">= "+m.unit.example())
	}
	if law.Bound, ok = m.unit.parse(rest); !ok {
		return Law{}, fmt.Errorf("%s: %q is no %s; write one such as %q", name, rest, m.unit, m.unit.example())
	}
	return law, nil
}

func (u Unit) example() string {
	return map[Unit]string{Share: "99%", Time: "30s", Number: "1.2", Dollars: "$20"}[u]
}

// parse reads a value of the unit.
func (u Unit) parse(text string) (float64, bool) {
	switch u {
	case Share:
		number, ok := strings.CutSuffix(text, "%")
		n, isNumber := finite(strings.TrimSpace(number))
		return n / 100, ok && isNumber
	case Time:
		d, err := time.ParseDuration(text)
		return d.Seconds(), err == nil
	case Dollars:
		text = strings.TrimPrefix(text, "$")
	}
	for _, suffix := range [...]struct {
		name  string
		worth float64
	}{{"k", 1e3}, {"M", 1e6}} {
		if number, ok := strings.CutSuffix(text, suffix.name); ok {
			n, isNumber := finite(number)
			return n * suffix.worth, isNumber
		}
	}
	return finite(text)
}

func finite(text string) (float64, bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// Check says whether a report keeps the law, and the value that it has, as a person reads it. The error says that the scenario has no
// such client.
func (l Law) Check(r *Report) (value string, holds bool, err error) {
	v, err := r.Value(l.Metric)
	if err != nil {
		return "", false, err
	}
	switch l.Relation {
	case ">=":
		holds = v >= l.Bound
	case "<=":
		holds = v <= l.Bound
	case ">":
		holds = v > l.Bound
	case "<":
		holds = v < l.Bound
	default:
		holds = v == l.Bound
	}
	return l.Unit.Format(v), holds, nil
}
