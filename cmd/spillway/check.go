package main

import (
	"fmt"

	"spillway/engine/script"
	"spillway/proxy"
)

type checkCommand struct {
	fileFlags `embed:""`

	Probe bool `help:"Ask every target, key and model for a little, over the network, and say what to do where one would not serve."`
	JSON  bool `name:"json" help:"Print what --probe found as JSON."`
}

// Run checks what run would serve from.
func (c *checkCommand) Run(out output) error {
	sources, err := c.sources()
	if err != nil {
		return err
	}
	report, faults := proxy.Check(sources)
	if len(faults) > 0 {
		return faults
	}
	if !c.Probe {
		fmt.Fprintf(out, "%s\n", report)
		return nil
	}
	return probeTargets(out, sources, c.JSON)
}

type typesCommand struct{}

// Run prints the types of this very binary.
func (typesCommand) Run(out output) error {
	_, err := fmt.Fprint(out, script.Types())
	return err
}
