package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"spillway/cmd/spillway/tables"
	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/script"
	"spillway/engine/table"
	"spillway/proxy/probe"
	"spillway/proxy/snapshot"
)

type checkCommand struct {
	fileFlags `embed:""`

	Probe bool `help:"Ask every target, key and model for a little, over the network, and say what to do where one would not serve."`
	JSON  bool `name:"json" help:"Print what was found as JSON."`
	Short bool `help:"Leave out the storms in tables."`
}

// Run checks what run would serve from.
func (c *checkCommand) Run(out output) error {
	sources, err := c.sources()
	if err != nil {
		return err
	}
	found, faults := sources.Check()
	if len(faults) == 0 {
		faults = c.storms(sources)
	}
	report := checkReport{Checked: found, Faults: append([]tables.Fault{}, tables.FaultsOf(faults)...)}
	if len(faults) == 0 && c.Probe {
		targets, faults := sources.Targets()
		if len(faults) > 0 { // they have changed just now
			return faults
		}
		report.Results = probe.Run(targets, probe.Options{Caller: callersKey, Progress: progressLine(os.Stderr)})
	}
	switch {
	case c.JSON:
		return report.print(out)
	case len(faults) > 0:
		return faults
	case c.Probe:
		printResults(out, report.Results)
		return report.verdict()
	}
	_, err = fmt.Fprintf(out, "ok: revision %s, policies %s, targets %s\n",
		found.Revision, strings.Join(found.Policies, " "), strings.Join(found.Targets, " "))
	return err
}

// checkReport is what check found, for JSON.
type checkReport struct {
	*snapshot.Checked
	Faults  []tables.Fault `json:"faults"`
	Results []probe.Result `json:"results,omitempty"` // of --probe
}

func (r *checkReport) print(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("print what was found: %w", err)
	}
	return r.verdict()
}

// verdict is the error that makes the exit code 1, nil when all is well.
func (r *checkReport) verdict() error {
	if len(r.Faults) > 0 {
		return errFailed
	}
	for i := range r.Results {
		if !r.Results[i].Good() {
			return errProbe
		}
	}
	return nil
}

// storms sends the storms of the project's tables. Those of the embedded policies were sent when this binary was tested.
func (c *checkCommand) storms(sources snapshot.Sources) (faults engine.Faults) {
	project, faults := sources.Open()
	if len(faults) > 0 || c.Short || project.Root == "" {
		return faults
	}
	stop, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer restore()
	_, failed := policyset.Test(project.Policies, &policyset.Tests{
		Env: project.Env, Limits: project.Limits, StormsOnly: true,
		Storm: func(s table.Storm) ([]table.Measured, error) { return sendStorm(stop, s) },
		Row:   func(_ string, r table.Result) { faults = append(faults, r.Faults...) },
	})
	return append(faults, failed...)
}

type typesCommand struct{}

// Run prints the types of this very binary.
func (typesCommand) Run(out output) error {
	_, err := fmt.Fprint(out, script.Types())
	return err
}
