package table

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"spillway/engine"
	"spillway/engine/script"
)

// Storm is a row that meets its policy with simulated traffic.
type Storm struct {
	Row      string
	Policy   *script.Program
	File     string         // of the table: a scenario that is a path lies beside it
	Scenario string         // a scenario's name or path, as written
	Seed     uint64         // 0 = the scenario's own
	Vars     map[string]any // nil = the scenario's own
}

// Figures are what came of a storm, by [Measures]. What could not be measured, such as a price that nobody knows, is absent.
type Figures map[string]float64

// Unit is what a measure counts in.
type Unit string

// The units: a share of all from 0 to 1, which people write in percent; a number; milliseconds, written as durations; and US
// dollars.
const (
	Share        Unit = "share"
	Number       Unit = "number"
	Milliseconds Unit = "ms"
	Dollars      Unit = "dollars"
)

// Measure is something that a storm may be expected to keep within bounds.
type Measure struct {
	Name string
	Unit Unit
}

// Measures lists all of them, in the order in which people look at them.
func Measures() []Measure {
	return []Measure{
		{"success", Share},        // requests that got an answer
		{"p50", Milliseconds},     // time to the first token
		{"p95", Milliseconds},     //
		{"p99", Milliseconds},     //
		{"amplification", Number}, // sends for each request
		{"smaller", Share},        // answers from another model than was asked for
		{"elsewhere", Share},      // answers from another target than the first
		{"tokens", Number},        // in and out
		{"dollars", Dollars},      //
		{"queue", Number},         // the longest line
	}
}

func measure(name string) (Measure, bool) {
	all := Measures()
	i := slices.IndexFunc(all, func(m Measure) bool { return m.Name == name })
	if i < 0 {
		return Measure{}, false
	}
	return all[i], true
}

// Show writes a figure of this measure as people do.
func (m Measure) Show(v float64) string {
	switch m.Unit {
	case Share:
		return strconv.FormatFloat(100*v, 'f', 2, 64) + "%"
	case Milliseconds:
		return (time.Duration(v) * time.Millisecond).String()
	case Dollars:
		return "$" + strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'g', 5, 64)
}

// bound is one expectation: `p95: "< 30s"`.
type bound struct {
	Measure

	relation string
	limit    float64
	text     string
}

// relations are what a bound may begin with, the longer ones first.
var relations = [...]string{">=", "<=", "==", ">", "<"}

func (b bound) holds(v float64) bool {
	switch b.relation {
	case ">=":
		return v >= b.limit
	case "<=":
		return v <= b.limit
	case ">":
		return v > b.limit
	case "<":
		return v < b.limit
	}
	return same(v, b.limit)
}

// storm is a row's storm and what it wants of it.
type storm struct {
	Storm

	bounds []bound
}

// readStorm reads the keys that only storms have; nil when the row is none.
func readStorm(o *object) *storm {
	if o.value["storm"] == nil && o.value["expect"] == nil {
		return nil
	}
	s := &storm{}
	text(o, "storm", &s.Scenario)
	var seed int
	number(o, "seed", &seed)
	s.Seed = uint64(seed)
	s.Vars = o.object("vars").value
	wanted := o.object("expect")
	for _, name := range slices.Sorted(maps.Keys(wanted.value)) {
		if b, ok := readBound(wanted, name); ok {
			s.bounds = append(s.bounds, b)
		}
	}
	return s
}

// checkWhole reports what a storm lacks.
func (s *storm) checkWhole(o *object) {
	if o.value["storm"] == nil {
		o.fault("storm", "is missing beside expect", `name a scenario: storm: "brownout", or a file: storm: "./scenarios/mine.yaml"`)
	}
	if wanted, _ := o.value["expect"].(map[string]any); len(wanted) == 0 {
		o.fault("expect", "is missing", `say what must hold: expect: { success: ">= 99%", p95: "< 30s" }`)
	}
}

func readBound(o *object, name string) (bound, bool) {
	m, known := measure(name)
	if !known {
		o.fault(o.at(name), "there is no such measure", meant(name, measureNames()))
		return bound{}, false
	}
	written, _ := o.value[name].(string)
	b := bound{Measure: m, text: written}
	rest := strings.TrimSpace(written)
	for _, relation := range relations {
		if after, ok := strings.CutPrefix(rest, relation); ok {
			b.relation, rest = relation, strings.TrimSpace(after)
			break
		}
	}
	limit, ok := m.parse(rest)
	if b.limit = limit; !ok || b.relation == "" {
		o.fault(o.at(name), fmt.Sprintf("must be a bound such as %q, not %s", m.example(), show(o.value[name])), "begin with >=, <=, >, < or ==")
		return bound{}, false
	}
	return b, true
}

func measureNames() []string {
	names := make([]string, 0, len(Measures()))
	for _, m := range Measures() {
		names = append(names, m.Name)
	}
	return names
}

// parse reads a figure as people write it.
func (m Measure) parse(text string) (float64, bool) {
	switch m.Unit {
	case Share:
		percent, written := strings.CutSuffix(text, "%")
		v, err := strconv.ParseFloat(strings.TrimSpace(percent), 64)
		return v / 100, err == nil && written
	case Milliseconds:
		return milliseconds(text)
	case Dollars:
		text = strings.TrimPrefix(text, "$")
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}

func (m Measure) example() string {
	switch m.Unit {
	case Share:
		return ">= 99%"
	case Milliseconds:
		return "< 30s"
	case Dollars:
		return "<= $2.50"
	}
	return "<= 1.2"
}

// send sends a row's storm and compares what came of it.
func (t *table) send(r row) (Figures, engine.Faults) {
	s := r.storm.Storm
	s.Row, s.Policy, s.File = r.name, t.program, t.test.File()
	figures, err := t.options.Storm(s)
	if err != nil {
		return nil, t.faults(r, []problem{{path: "storm", message: err.Error()}})
	}
	var problems []problem
	for _, b := range r.storm.bounds {
		switch v, measured := figures[b.Name]; {
		case !measured:
			problems = append(problems, problem{path: b.Name, place: "expect." + b.Name, message: "want " + b.text + ", but it was not measured"})
		case !b.holds(v):
			problems = append(problems, problem{path: b.Name, place: "expect." + b.Name, message: "want " + b.text + ", got " + b.Show(v)})
		}
	}
	return figures, t.faults(r, problems)
}
