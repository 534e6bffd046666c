package main

import (
	"fmt"

	"spillway/engine/script"
	"spillway/proxy"
)

type checkCommand struct {
	fileFlags `embed:""`
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
	fmt.Fprintf(out, "%s\n", report)
	return nil
}

type typesCommand struct{}

// Run prints the types of this very binary.
func (typesCommand) Run(out output) error {
	_, err := fmt.Fprint(out, script.Types())
	return err
}
