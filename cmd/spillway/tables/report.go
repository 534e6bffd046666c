// Package tables shows what becomes of the tables beside policies: as `go test` does, or as JSON for machines.
//
//	report.go    what a run is asked to tell, and the sum of it
//	text.go      for people
//	events.go    for machines
//	coverage.go  what of the policies ran
package tables

import (
	"time"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/table"
)

// Teller tells of a run, in this order: rows and policies as they are done, then what ran of the policies, then the end.
type Teller interface {
	Row(policy string, r table.Result)
	Policy(t *policyset.Tested)
	Coverage(files []File)
	End(s Sum)
}

// Sum is what a run came to.
type Sum struct {
	Policies, FailedPolicies      int
	Rows, Storms, Failed, Skipped int // Rows counts all, storms too
	Took                          time.Duration
	Faults                        engine.Faults // of the folder, which then has no policies
}

// OK says whether nothing failed.
func (s Sum) OK() bool { return s.FailedPolicies == 0 && len(s.Faults) == 0 }

// Add counts one policy.
func (s *Sum) Add(t *policyset.Tested) {
	s.Policies++
	if !t.OK() {
		s.FailedPolicies++
	}
	for _, r := range t.Rows {
		s.Rows++
		switch {
		case r.Skipped:
			s.Skipped++
		case !r.OK():
			s.Failed++
		}
		if r.Storm {
			s.Storms++
		}
	}
}
