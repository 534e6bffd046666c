package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/term"

	"spillway/engine/replay"
)

type replayCommand struct {
	Logs      []string `arg:"" name:"log" help:"Decision logs, oldest first; - is standard input." placeholder:"LOG.jsonl"`
	Policy    string   `help:"The policy to decide with: a file, or the name of a built-in policy." required:"" placeholder:"FILE"`
	Of        string   `help:"Replay only what the policy with this name decided. Without it: the policy of the same name as the file, if the log has decisions of it, else all." placeholder:"NAME"`
	Config    string   `help:"The configuration that the log was written under, for vars that came from the environment; without it ./spillway.yaml if there is one." type:"path" placeholder:"FILE"`
	Examples  int      `help:"How many examples to show of each kind of change." default:"3"`
	Unchanged bool     `help:"Exit with 1 if any decision changes."`
	JSON      bool     `name:"json" help:"Print every change as JSON."`
}

// Help says what the exit codes mean.
func (replayCommand) Help() string {
	return "Exit codes: 0 when the log was replayed, whether decisions change or not; 1 when a decision that was made would fail with " +
		"the policy, when a line of the log cannot be read, or with --unchanged when any decision changes or none can be " +
		"replayed; 2 usage."
}

var (
	errNewFault = errors.New("the policy fails where a decision was made")
	errChanged  = errors.New("decisions change")
	errNothing  = errors.New("no decision could be replayed")
	errBadLines = errors.New("not every line of the log could be read")
)

// Run replays.
func (c *replayCommand) Run(out output) error {
	if err := c.checkLogs(); err != nil {
		return err
	}
	program, err := compilePolicy(c.Policy)
	if err != nil {
		return err
	}
	vars, shown, err := c.vars()
	if err != nil {
		return err
	}
	r := &replaying{
		policy: replay.NewPolicy(program, vars, shown), file: program.File(), name: program.Name(), of: c.Of,
		examples: c.Examples, all: c.JSON, progress: countLine(os.Stderr),
	}
	defer r.policy.Close()
	for _, log := range c.Logs {
		if err := r.read(log); err != nil {
			return err
		}
	}
	report := r.report()
	if c.JSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(report); err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
	} else {
		report.print(out)
	}
	return c.verdict(report)
}

// verdict is the error that makes the exit code 1, nil when all is well.
func (c *replayCommand) verdict(r *replayReport) error {
	switch {
	case len(r.BadLines) > 0:
		return errBadLines
	case r.newFaults > 0:
		return errNewFault
	case c.Unchanged && r.Same+r.Changed == 0:
		return errNothing
	case c.Unchanged && r.Changed > 0:
		return errChanged
	}
	return nil
}

// vars are the configuration's, whole and as logs keep them; nil without a configuration.
func (c *replayCommand) vars() (vars, shown map[string]any, err error) {
	sources, err := (&fileFlags{Config: c.Config}).sources()
	if err != nil || sources.Config == "" {
		return nil, nil, err
	}
	vars, shown, faults := sources.Vars()
	if len(faults) > 0 && c.Config != "" {
		return nil, nil, faults
	}
	return vars, shown, nil // a configuration that merely lies around may be wrong
}

// countLine overwrites itself on a terminal; nil elsewhere.
func countLine(screen *os.File) func(done int, end bool) {
	if !term.IsTerminal(int(screen.Fd())) {
		return func(int, bool) {}
	}
	return func(done int, end bool) {
		switch {
		case end:
			fmt.Fprint(screen, "\r\033[K")
		case done%5000 == 0:
			fmt.Fprintf(screen, "\r%d decisions ...", done)
		}
	}
}

// checkLogs says before anything is replayed which log is not there.
func (c *replayCommand) checkLogs() error {
	for i, log := range c.Logs {
		if log == "-" {
			if slices.Contains(c.Logs[:i], log) {
				return usageError{errors.New("standard input (-) can be read only once")}
			}
			continue
		}
		if err := givenFile("log", log); err != nil {
			return err
		}
	}
	return nil
}

// open opens a log to read it.
func open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return os.Stdin, nil
	}
	return os.Open(name)
}
