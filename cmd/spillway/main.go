// Command spillway is a programmable proxy for LLM APIs: it stands between applications and Claude, GPT or any
// OpenAI-compatible server, and asks a policy, for every request, what to do.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"spillway/engine"
	"spillway/policies"
	"spillway/proxy/simulate"
)

// The exit codes.
const (
	exitWrong = 1 // the thing checked, or started, is wrong
	exitUsage = 2
)

// cli is the command line.
type cli struct {
	Run     runCommand     `cmd:"" default:"withargs" help:"Serve (the default)."`
	Demo    demoCommand    `cmd:"" help:"Show an overload and what Spillway makes of it: real HTTP, simulated targets."`
	Init    initCommand    `cmd:"" help:"Write a new project: configuration, a policy with its table, types for editors."`
	Check   checkCommand   `cmd:"" help:"Check the configuration and the policies, and run the tables beside them."`
	Test    testCommand    `cmd:"" help:"Run the tables beside policies, and their storms."`
	Explain explainCommand `cmd:"" help:"Tell the story of one request, decision by decision, or print it as rows of a table."`
	Replay  replayCommand  `cmd:"" help:"Decide again what a decision log holds, with another policy, and show what would change."`
	Types   typesCommand   `cmd:"" help:"Print spillway.d.ts, the types that policies are written against."`
	Key     keyCommand     `cmd:"" help:"Make a key for a client or for the admin address, and the sum that goes into the configuration."`
	Version versionCommand `cmd:"" help:"Print the version."`

	Simulate simulateCommand `cmd:"" help:"Simulate an outage: policies side by side, in virtual time, with the loop that serves live traffic."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings given: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	code := -1
	parser := kong.Must(&cli{}, kong.Name("spillway"),
		kong.Description("A programmable proxy for LLM APIs. Point ANTHROPIC_BASE_URL at it.\n\n"+
			"Exit codes: 0 fine, 1 what was checked or started is wrong, 2 usage."),
		kong.Writers(stdout, stderr), kong.Exit(func(c int) { code = c; panic(exited{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.BindTo(stdout, (*output)(nil)),
		kong.Vars{"scenarios": strings.Join(simulate.Shipped(policies.Scenarios()), ", ")})
	command, err := parse(parser, args)
	switch {
	case code >= 0:
		return code
	case err != nil:
		fmt.Fprintf(stderr, "spillway: %s\n", misuse(parser, args, err))
		return exitUsage
	}
	return finish(stderr, command.Run())
}

// finish says what went wrong, unless the command has, and gives the exit code.
func finish(stderr io.Writer, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFailed):
		return exitWrong
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "spillway: %v\n", err)
		return exitUsage
	}
	tell(stderr, err)
	return exitWrong
}

// output is where a command writes its result.
type output interface{ io.Writer }

// exited unwinds from the parser when help or such has ended the run.
type exited struct{}

func parse(parser *kong.Kong, args []string) (command *kong.Context, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			if _, ok := caught.(exited); !ok {
				panic(caught)
			}
		}
	}()
	return parser.Parse(args) //nolint:wrapcheck // misuse tells of it
}

// tell prints an error as a person wants to read it: faults with their code frames.
func tell(w io.Writer, err error) {
	var faults engine.Faults
	if !errors.As(err, &faults) {
		fmt.Fprintf(w, "spillway: %v\n", err)
		return
	}
	for _, fault := range faults {
		fmt.Fprintln(w, fault.Frame())
	}
	fmt.Fprintf(w, "spillway: %s\n", count(len(faults), "fault"))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
