package table

import (
	"errors"
	"maps"
	goruntime "runtime"
	"slices"
	"time"

	"spillway/engine"
	"spillway/engine/script"
)

// Storm is a row that meets its policy with simulated traffic.
type Storm struct {
	Policy   *script.Program
	File     string         // of the table: a scenario that is a path is relative to its folder
	Scenario string         // a scenario's name or path, as written
	Seed     uint64         // 0 = the scenario's own
	Vars     map[string]any // nil = the scenario's own
	Expect   []Bound        // by metric
}

// Bound is what a metric has to keep to: "p95" and "< 30s", as written.
type Bound struct {
	Metric, Text string
}

// Measured is a bound and what came of it.
type Measured struct {
	Bound

	Got   string // the value, as a person reads it
	Holds bool
	Wrong error // there is no such metric, or no such bound; nil otherwise
}

// readStorm reads the keys that only storms have; nil when the row is none.
func readStorm(o *object) *Storm {
	if o.value["storm"] == nil && o.value["expect"] == nil {
		return nil
	}
	s := &Storm{}
	text(o, "storm", &s.Scenario)
	var seed int
	number(o, "seed", &seed)
	s.Seed = uint64(seed)
	s.Vars = o.object("vars").value
	wanted := o.object("expect")
	for _, metric := range slices.Sorted(maps.Keys(wanted.value)) {
		b := Bound{Metric: metric}
		text(wanted, metric, &b.Text)
		s.Expect = append(s.Expect, b)
	}
	return s
}

// checkWhole reports what a storm lacks.
func (s *Storm) checkWhole(o *object) {
	if o.value["storm"] == nil {
		o.fault("storm", "is missing beside expect", `name a scenario: storm: "brownout", or a file: storm: "./storms/mine.yaml"`)
	}
	if len(s.Expect) == 0 {
		o.fault("expect", "is missing", `say what must hold: expect: { success: ">= 99%", p95: "< 30s" }`)
	}
}

// weather is what came of a storm.
type weather struct {
	measured []Measured
	err      error
	took     time.Duration
}

// launch sends the storms of rows, as many at a time as there are cores.
func (t *table) launch(rows []*row) {
	slots := make(chan struct{}, goruntime.GOMAXPROCS(0))
	for _, r := range rows {
		if r.storm == nil || len(r.problems) > 0 || t.options.Storm == nil {
			continue
		}
		s := *r.storm
		s.Policy, s.File = t.program, t.test.File()
		r.weather = make(chan weather, 1)
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			began := time.Now()
			measured, err := t.options.Storm(s)
			r.weather <- weather{measured, err, time.Since(began)}
		}()
	}
}

// weathered compares what came of a storm with what the row expects.
func (t *table) weathered(r *row, w weather) engine.Faults {
	if faults, ok := errors.AsType[engine.Faults](w.err); ok {
		return faults
	}
	if w.err != nil {
		return t.faults(r, []problem{{path: "storm", message: w.err.Error()}})
	}
	var problems []problem
	for _, m := range w.measured {
		p := problem{path: m.Metric, place: "expect." + m.Metric}
		switch {
		case m.Wrong != nil:
			p.path, p.message = "expect", m.Wrong.Error()
		case !m.Holds:
			p.message = "want " + m.Text + ", got " + m.Got
		default:
			continue
		}
		problems = append(problems, p)
	}
	return t.faults(r, problems)
}
