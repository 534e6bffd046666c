package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"spillway/cmd/spillway/project"
	"spillway/engine/script"
)

type initCommand struct {
	Dir string `arg:"" help:"The folder; . is this one."`
}

// Run writes a project, and says what to do with it.
func (c *initCommand) Run(out output) error {
	if c.Dir == "" { // a variable that is not set would fill the folder that somebody happens to be in
		return usageError{errors.New("init: the folder's name is empty; . is this one")}
	}
	if info, err := os.Stat(c.Dir); err == nil && !info.IsDir() {
		return usageError{fmt.Errorf("init %s: it is a file, and a project is a folder", c.Dir)}
	}
	results, err := project.Write(c.Dir, script.Types())
	wrote := false
	for _, r := range results {
		name := filepath.Join(c.Dir, filepath.FromSlash(r.File))
		switch {
		case r.Wrote:
			wrote = true
			fmt.Fprintf(out, "wrote  %s\n", name)
		case r.File == project.Types:
			fmt.Fprintf(out, "kept   %s, which was there; `spillway types > %s` renews it\n", name, name)
		default:
			fmt.Fprintf(out, "kept   %s, which was there\n", name)
		}
	}
	if err != nil {
		return fmt.Errorf("init %s: %w", c.Dir, err)
	}
	if !wrote {
		fmt.Fprintln(out, "\nThere was nothing to add.")
		return nil
	}
	next := ""
	if filepath.Clean(c.Dir) != "." {
		next = "\n  cd " + c.Dir
	}
	fmt.Fprintf(out, `
Next:%s
  spillway test                 # run the tables beside the policies; --watch runs them as you edit
  spillway check                # check the configuration and the policies
  spillway run                  # serve, then: export ANTHROPIC_BASE_URL=http://127.0.0.1:5290
  code policies/mine.ts         # any editor that knows TypeScript completes and checks as you type
`, next)
	return nil
}
