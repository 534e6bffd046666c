package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/term"

	"spillway/engine"
	"spillway/policies"
	"spillway/proxy/simulate"
)

type simulateCommand struct {
	Scenario string   `arg:"" help:"A scenario file, or the name of a shipped one: ${scenarios}."`
	Policy   []string `help:"A policy's file, the name of a shipped one, or naive or sdk, which are no proxy; may be repeated. Without it: overload, naive and sdk." placeholder:"POLICY" sep:"none"`
	Seed     *uint64  `help:"Other chances than the scenario's own." placeholder:"N"`
	JSON     bool     `name:"json" help:"Print everything as JSON."`
	HTML     string   `name:"html" help:"Write a page with plots over time." type:"path" placeholder:"FILE"`
}

// Help says what the exit codes mean.
func (simulateCommand) Help() string {
	return "Exit codes: 0 when every decision was valid, 1 when a policy gave some that were not, which went as its onError says, or a " +
		"file is wrong; 2 usage."
}

// Run simulates, and prints what came of it.
func (c *simulateCommand) Run(out output) error {
	scenario, err := simulate.Find(c.Scenario, policies.Scenarios())
	if _, inFile := errors.AsType[engine.Faults](err); err != nil && !inFile {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if c.Seed != nil {
		scenario = scenario.WithSeed(*c.Seed)
	}
	contenders, err := contenders(c.Policy)
	if err != nil {
		return err
	}
	if c.HTML != "" { // before an hour is simulated in vain
		page, err := os.OpenFile(c.HTML, os.O_CREATE|os.O_WRONLY, 0o644) //nolint:gosec // a page to be shown around
		if err != nil {
			return usageError{fmt.Errorf("--html: %w", err)}
		}
		_ = page.Close()
	}
	collectRarely()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	reports, err := simulate.RunAll(ctx, scenario, contenders, simulationBar(os.Stderr))
	if err != nil {
		return err
	}
	if err := c.print(out, simulate.NewResult(scenario, reports)); err != nil {
		return err
	}
	var failed error
	for _, r := range reports {
		if r.Faults > 0 {
			failed = errFailed
			fmt.Fprintf(os.Stderr, "%s: %s came to no valid action, and went as its onError says; the first:\n%s\n",
				r.Contender, count(r.Faults, "decision"), r.Fault.Frame())
		}
	}
	return failed
}

func (c *simulateCommand) print(out output, result *simulate.Result) error {
	show := result.Table
	if c.JSON {
		show = func(w io.Writer) error {
			encoder := json.NewEncoder(w)
			encoder.SetIndent("", "  ")
			return encoder.Encode(result)
		}
	}
	if err := show(out); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	if c.HTML == "" {
		return nil
	}
	page, err := result.Page()
	if err != nil {
		return err
	}
	return os.WriteFile(c.HTML, page, 0o644) //nolint:gosec // a page to be shown around
}

// contenders are those that were named, or the default policy and both opponents.
func contenders(named []string) ([]simulate.Contender, error) {
	if len(named) == 0 {
		named = []string{"overload", simulate.NaiveName, simulate.SDKName}
	}
	all := make([]simulate.Contender, len(named))
	for i, name := range named {
		found, err := contender(name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all[:i], func(c simulate.Contender) bool { return c.Name == found.Name }) {
			if slices.Contains(named[:i], name) {
				return nil, usageError{fmt.Errorf("--policy %s is given twice", name)}
			}
			found.Name = name // two files of one name in different folders
		}
		all[i] = found
	}
	return all, nil
}

func contender(name string) (simulate.Contender, error) {
	for _, c := range simulate.Opponents() {
		if c.Name == name {
			return c, nil
		}
	}
	program, err := compilePolicy(name, simulate.NaiveName, simulate.SDKName)
	if err != nil {
		return simulate.Contender{}, err
	}
	return simulate.Policy(program), nil
}

// simulationBar shows how far the simulation is, on a terminal; nil elsewhere.
func simulationBar(screen *os.File) func(share float64) {
	const width = 40
	if !term.IsTerminal(int(screen.Fd())) {
		return nil
	}
	return func(share float64) {
		done := int(share * width)
		fmt.Fprintf(screen, "\r%s%s %3.0f %%", strings.Repeat("█", done), strings.Repeat("░", width-done), 100*share)
		if share >= 1 {
			fmt.Fprint(screen, "\r\033[K")
		}
	}
}
