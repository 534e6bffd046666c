package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"golang.org/x/term"

	"spillway/cmd/spillway/tables"
	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/table"
	"spillway/engine/watch"
	"spillway/proxy/snapshot"
)

// trial is a run of tables, or many of them while it watches.
type trial struct {
	command *testCommand
	stop    context.Context //nolint:containedctx // the command's own, which ends with it
	out     io.Writer
	sources snapshot.Sources
	policy  string
	only    *regexp.Regexp
}

// run runs the tables once, tells of them, and says whether all is well.
func (t *trial) run() bool {
	began := time.Now()
	var teller tables.Teller = &tables.Text{Out: t.out, Verbose: t.command.Verbose}
	if t.command.JSON {
		teller = tables.NewEvents(t.out)
	}
	var sum tables.Sum
	tested, faults := t.test(teller, &sum)
	if t.command.Coverage && len(tested) > 0 {
		teller.Coverage(tables.Cover(tested))
	}
	sum.Faults, sum.Took = faults, time.Since(began)
	teller.End(sum)
	return sum.OK()
}

func (t *trial) test(teller tables.Teller, sum *tables.Sum) ([]*policyset.Tested, engine.Faults) {
	project, faults := t.sources.Open()
	if len(faults) > 0 {
		return nil, faults
	}
	tests := policyset.Tests{
		Env: project.Env, Limits: project.Limits,
		Policy:   t.policy,
		Coverage: t.command.Coverage,
		Storm:    t.storm,
		Wants:    func(policy, row string) bool { return t.stop.Err() == nil && t.only.MatchString(policy+"/"+row) },
		Row:      teller.Row,
		Done: func(tested *policyset.Tested) {
			sum.Add(tested)
			teller.Policy(tested)
		},
	}
	if t.command.Short {
		tests.Storm = nil
	}
	return policyset.Test(project.Policies, &tests)
}

// storm sends a storm, and says on a terminal that this may take a while.
func (t *trial) storm(s table.Storm) ([]table.Measured, error) {
	screen := os.Stderr
	if term.IsTerminal(int(screen.Fd())) {
		fmt.Fprintf(screen, "\rsimulating %s ...", s.Scenario)
		defer fmt.Fprint(screen, "\r\033[K")
	}
	return sendStorm(t.stop, s)
}

// watch runs the tables now and after every change, until it is told to end.
func (t *trial) watch() error {
	paths, err := t.paths()
	if err != nil {
		return err
	}
	changed := make(chan struct{}, 1)
	watcher, err := watch.New(paths, func() {
		select {
		case changed <- struct{}{}:
		default: // the next look sees this change too
		}
	})
	if err != nil {
		return err
	}
	defer watcher.Close()
	for {
		t.clear()
		t.run()
		if !t.command.JSON {
			fmt.Fprintf(t.out, "\n%s; waiting for changes below %s\n", time.Now().Format(time.TimeOnly), strings.Join(paths, " and "))
		}
		select {
		case <-t.stop.Done():
			return nil
		case <-changed:
		}
	}
}

// paths are what to watch.
func (t *trial) paths() ([]string, error) {
	var paths []string
	if t.sources.Config != "" {
		paths = append(paths, t.sources.Config)
	}
	project, faults := t.sources.Open()
	switch {
	case len(faults) > 0 && len(paths) == 0:
		return nil, faults
	case len(faults) == 0 && project.Root != "":
		paths = append(paths, project.Root)
	case len(paths) == 0:
		return nil, usageError{errors.New("--watch: the embedded policies do not change; name a folder of policies")}
	}
	return paths, nil
}

// clear empties a terminal, and nothing else.
func (t *trial) clear() {
	if file, ok := t.out.(*os.File); ok && !t.command.JSON && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(t.out, "\x1b[2J\x1b[H")
	}
}
