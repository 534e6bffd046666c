package tables

import (
	"encoding/json"
	"io"
	"time"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/table"
)

// Events tells machines: one JSON object on each line. `event` says of what: "row", "policy", "coverage" or "end".
type Events struct {
	encoder *json.Encoder
}

// NewEvents writes to out.
func NewEvents(out io.Writer) *Events {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return &Events{e}
}

// The outcomes in events.
const (
	pass = "pass"
	fail = "fail"
	skip = "skip"
)

// rowEvent is what became of a row. File and Line are where it was written, absent when it was put together.
type rowEvent struct {
	Event   string       `json:"event"` // "row"
	Policy  string       `json:"policy"`
	Row     string       `json:"row"`
	File    string       `json:"file,omitempty"`
	Line    int          `json:"line,omitempty"`
	Outcome string       `json:"outcome"` // "pass", "fail" or "skip"
	MS      float64      `json:"ms"`
	Storm   []boundEvent `json:"storm,omitempty"` // what came of its bounds
	Faults  []Fault      `json:"faults,omitempty"`
}

// policyEvent is what became of a policy. Faults are those of its files; the rows' are with the rows.
type policyEvent struct {
	Event   string  `json:"event"` // "policy"
	Policy  string  `json:"policy"`
	File    string  `json:"file,omitempty"`
	Table   string  `json:"table,omitempty"`
	Outcome string  `json:"outcome"` // "pass", "fail", or "skip" without a table
	Rows    int     `json:"rows"`
	Failed  int     `json:"failed"`
	Skipped int     `json:"skipped"`
	MS      float64 `json:"ms"`
	Faults  []Fault `json:"faults,omitempty"`
}

// coverageEvent is what ran of a file.
type coverageEvent struct {
	Event   string     `json:"event"` // "coverage"
	File    string     `json:"file"`
	Percent float64    `json:"percent"`
	Covered int        `json:"covered"`
	Of      int        `json:"of"`
	Missed  []position `json:"missed"`
}

// endEvent is the last one.
type endEvent struct {
	Event    string  `json:"event"`   // "end"
	Outcome  string  `json:"outcome"` // "pass" or "fail"
	Policies int     `json:"policies"`
	Rows     int     `json:"rows"`
	Failed   int     `json:"failed"`
	Skipped  int     `json:"skipped"`
	MS       float64 `json:"ms"`
	Faults   []Fault `json:"faults,omitempty"`
}

// boundEvent is one expectation of a storm: `success`, `>= 99%`, `99.7%`.
type boundEvent struct {
	Metric string `json:"metric"`
	Want   string `json:"want"`
	Got    string `json:"got"`
	Holds  bool   `json:"holds"`
}

func bounds(list []table.Measured) []boundEvent {
	var events []boundEvent
	for _, m := range list {
		events = append(events, boundEvent{m.Metric, m.Text, m.Got, m.Holds})
	}
	return events
}

type position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Fault is one of [engine.Faults].
type Fault struct {
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`
	Column  int      `json:"column,omitempty"`
	Message string   `json:"message"`
	Hint    string   `json:"hint,omitempty"`
	Source  string   `json:"source,omitempty"`
	Stack   []string `json:"stack,omitempty"`
}

// Row implements [Teller].
func (e *Events) Row(policy string, r table.Result) {
	event := rowEvent{
		Event: "row", Policy: policy, Row: r.Name, File: r.At.File, Line: r.At.Line,
		Outcome: outcome(r.OK()), MS: ms(r.Took), Storm: bounds(r.Measured), Faults: FaultsOf(r.Faults),
	}
	if r.Skipped {
		event.Outcome = skip
	}
	e.write(event)
}

// Policy implements [Teller].
func (e *Events) Policy(p *policyset.Tested) {
	var s Sum
	s.Add(p)
	event := policyEvent{
		Event: "policy", Policy: p.Name, File: p.File, Table: p.Table, Outcome: outcome(p.OK()),
		Rows: s.Rows, Failed: s.Failed, Skipped: s.Skipped, MS: ms(p.Took), Faults: FaultsOf(p.Faults),
	}
	if p.OK() && p.Table == "" {
		event.Outcome = skip
	}
	e.write(event)
}

// Coverage implements [Teller].
func (e *Events) Coverage(files []File) {
	for _, f := range files {
		event := coverageEvent{Event: "coverage", File: f.Name, Percent: f.Percent(), Covered: f.Covered, Of: f.Places, Missed: []position{}}
		for _, at := range f.Missed {
			event.Missed = append(event.Missed, position{at.Line, at.Column})
		}
		e.write(event)
	}
}

// End implements [Teller].
func (e *Events) End(s Sum) {
	e.write(endEvent{
		Event: "end", Outcome: outcome(s.OK()), Policies: s.Policies, Rows: s.Rows, Failed: s.Failed, Skipped: s.Skipped,
		MS: ms(s.Took), Faults: FaultsOf(s.Faults),
	})
}

func (e *Events) write(event any) {
	_ = e.encoder.Encode(event) // the reader is gone; the exit code still says what came of it
}

func outcome(ok bool) string {
	if ok {
		return pass
	}
	return fail
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// FaultsOf are faults for JSON.
func FaultsOf(list engine.Faults) []Fault {
	var events []Fault
	for _, f := range list {
		events = append(events, Fault{f.File, f.Line, f.Column, f.Message, f.Hint, f.Source, f.Stack})
	}
	return events
}
