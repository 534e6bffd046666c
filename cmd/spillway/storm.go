package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"spillway/engine/table"
	"spillway/policies"
	"spillway/proxy/simulate"
)

// sendStorm simulates the traffic of a storm, and measures what came of it.
func sendStorm(ctx context.Context, s table.Storm) ([]table.Measured, error) {
	scenario, err := simulate.Find(scenarioOf(s), policies.Scenarios())
	if err != nil {
		return nil, err
	}
	if s.Seed != 0 {
		scenario = scenario.WithSeed(s.Seed)
	}
	if s.Vars != nil {
		scenario = scenario.WithVars(s.Vars)
	}
	measured, laws := lawsOf(s.Expect)
	if laws == nil {
		return measured, nil
	}
	collectRarely()
	report, err := simulate.Run(ctx, scenario, simulate.Policy(s.Policy), nil)
	if err != nil {
		return nil, err
	}
	asked := false // whether decisions may go wrong
	for i, law := range laws {
		asked = asked || law.Metric == "faults"
		if measured[i].Got, measured[i].Holds, err = law.Check(report); err != nil {
			measured[i].Wrong = err
		}
	}
	if report.Faults > 0 && !asked {
		return nil, fmt.Errorf("%s came to no valid action; the first: %s", count(report.Faults, "decision"), report.Fault.Error())
	}
	return measured, nil
}

// scenarioOf is a scenario's name, or its path from here.
func scenarioOf(s table.Storm) string {
	if !strings.ContainsAny(s.Scenario, `/\.`) || filepath.IsAbs(s.Scenario) {
		return s.Scenario
	}
	return filepath.Join(filepath.Dir(s.File), s.Scenario)
}

// lawsOf reads what is expected; no laws when something is wrong with one.
func lawsOf(expect []table.Bound) ([]table.Measured, []simulate.Law) {
	measured := make([]table.Measured, len(expect))
	laws := make([]simulate.Law, len(expect))
	good := true
	for i, bound := range expect {
		law, err := simulate.ParseLaw(bound.Metric, bound.Text)
		measured[i] = table.Measured{Bound: bound, Wrong: err, Holds: err == nil}
		laws[i], good = law, good && err == nil
	}
	if !good {
		return measured, nil
	}
	return measured, laws
}
