package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/script"
	"spillway/engine/table"
	"spillway/proxy/snapshot"
)

type checkCommand struct {
	fileFlags `embed:""`

	Probe bool `help:"Ask every target, key and model for a little, over the network, and say what to do where one would not serve."`
	JSON  bool `name:"json" help:"Print what --probe found as JSON."`
	Short bool `help:"Leave out the storms in tables."`
}

// Run checks what run would serve from.
func (c *checkCommand) Run(out output) error {
	sources, err := c.sources()
	if err != nil {
		return err
	}
	report, faults := sources.Check()
	if len(faults) > 0 {
		return faults
	}
	if faults := c.storms(sources); len(faults) > 0 {
		return faults
	}
	if !c.Probe {
		fmt.Fprintf(out, "%s\n", report)
		return nil
	}
	return probeTargets(out, sources, c.JSON)
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
