package trace

import (
	"fmt"
	"testing"

	"spillway/engine"
)

func TestLogKeepsTheLatest(t *testing.T) {
	l := NewLog(3)
	for i := range 5 {
		l.Add(&Record{ID: fmt.Sprint(i)})
	}
	var ids string
	for _, r := range l.Recent(10) {
		ids += r.ID
	}
	if ids != "432" || len(l.Recent(2)) != 2 {
		t.Errorf("recent: %s", ids)
	}
	if l.Find("4") == nil || l.Find("0") != nil {
		t.Error("find does not agree")
	}
}

func TestRecord(t *testing.T) {
	var r Record
	r.Attempted(engine.Attempt{Target: "early"}) // of no step: lost
	r.Note("early")
	r.Add(Step{})
	r.Note("left out")
	r.Attempted(engine.Attempt{Target: "a"})
	r.Attempted(engine.Attempt{Target: "b"})
	steps := r.Steps()
	if len(steps) != 1 || len(steps[0].Attempts) != 2 || len(steps[0].Notes) != 1 {
		t.Errorf("steps: %+v", steps)
	}
	if !r.Finish(End{Outcome: OK}) || r.Finish(End{Outcome: Failed}) || r.End().Outcome != OK {
		t.Errorf("the first end does not count: %+v", r.End())
	}
}
