package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

type testCommand struct {
	fileFlags `embed:""`

	Path     string `arg:"" optional:"" help:"A policy, its table, a folder of policies or a project; without it the configuration's policies, or the embedded ones."`
	Rows     string `name:"run" help:"Only rows whose POLICY/NAME matches." placeholder:"REGEXP"`
	Verbose  bool   `short:"v" help:"A line for every row, and the figures of storms."`
	Short    bool   `help:"Leave out storms."`
	Coverage bool   `help:"Say which lines of the policies ran."`
	JSON     bool   `name:"json" help:"One JSON event on each line: row, policy, coverage, end."`
	Watch    bool   `help:"Test again whenever a file changes, until Ctrl-C."`
}

// Help describes tables to who asks with --help.
func (testCommand) Help() string {
	return `name.test.ts is the table of name.ts. Each of its rows says what decide is given and what must come back:

  export default [
    { name: "an overload moves to eu", attempts: [{ reason: "overloaded" }], want: { send: "eu" } },
    { name: "survives a brownout", storm: "brownout", expect: { success: ">= 99%", p95: "< 30s" } },
  ] satisfies Table;

--json prints one object on a line, of which "event" says what it is about:

  row       policy, row, file, line, outcome (pass, fail, skip), ms, faults, and for a storm: metric, want, got, holds
  policy    policy, file, table, outcome (skip: it has no table), rows, failed, skipped, ms, faults of its files
  coverage  file, percent, covered, of, missed (line, column)
  end       outcome, policies, rows, failed, skipped, ms

Exit codes: 0 all rows hold, 1 some do not, 2 usage.`
}

// errFailed ends a run that has already said what is wrong.
var errFailed = errors.New("not all rows hold")

// Run runs the tables.
func (c *testCommand) Run(out output) error {
	only, err := regexp.Compile(c.Rows)
	if err != nil {
		return usageError{fmt.Errorf("--run: %w", err)}
	}
	policy, err := c.locate()
	if err != nil {
		return err
	}
	sources, err := c.sources()
	if err != nil {
		return err
	}
	stop, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer restore()
	trial := trial{command: c, stop: stop, out: out, sources: sources, policy: policy, only: only}
	if c.Watch {
		return trial.watch()
	}
	if !trial.run() || stop.Err() != nil {
		return errFailed
	}
	return nil
}

// locate turns the path into a configuration or a folder of policies, and the one policy to test, "" for all.
func (c *testCommand) locate() (policy string, err error) {
	if c.Path == "" {
		return "", nil
	}
	info, err := given("policy or folder", c.Path)
	switch {
	case err != nil:
		return "", err
	case c.Policies != "":
		return "", usageError{errors.New("PATH and --policies both say what to test")}
	case info.IsDir():
		if config := filepath.Join(c.Path, "spillway.yaml"); c.Config == "" && isFile(config) {
			c.Config = config
			return "", nil
		}
		c.Policies = c.Path
		return "", nil
	}
	c.Policies = filepath.Dir(c.Path)
	name := filepath.Base(c.Path)
	for _, end := range []string{".test.ts", ".test.js", ".ts", ".js"} {
		if policy, ok := strings.CutSuffix(name, end); ok {
			return policy, nil
		}
	}
	return "", usageError{fmt.Errorf("%s is neither a policy nor a table: these are .ts or .js files", c.Path)}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
