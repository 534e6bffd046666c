package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"spillway/engine"
	"spillway/proxy/probe"
)

// callersKey is the key that a caller of the dialect would bring, from where its SDKs look for one.
func callersKey(api engine.API) string {
	if api == engine.OpenAI {
		return os.Getenv("OPENAI_API_KEY")
	}
	return os.Getenv("ANTHROPIC_API_KEY")
}

var errProbe = errors.New("not every target would serve; what to do is above")

// progressLine overwrites itself on a terminal; nil elsewhere.
func progressLine(screen *os.File) func(done, total int) {
	if !term.IsTerminal(int(screen.Fd())) {
		return nil
	}
	return func(done, total int) {
		fmt.Fprintf(screen, "\rasking %d of %d ...", done, total)
		if done == total {
			fmt.Fprint(screen, "\r\033[K")
		}
	}
}

// printResults prints a table, and under it what to do.
func printResults(out io.Writer, results []probe.Result) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "target\tmodel\treached\tkey\tmodel there\tstreams\ttools\tfirst\tlimits")
	for _, r := range results {
		name := r.Model
		if r.Alias != "" {
			name = r.Alias + " = " + r.Model
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", whom(r), orDash(name),
			r.Reached, r.Authorised, r.Exists, r.Streams, r.Tools, firstOf(r), orDash(r.Limits))
	}
	_ = table.Flush() // to where Fprintln's errors went too
	for _, r := range results {
		for _, advice := range r.Advice {
			fmt.Fprintf(out, "\n%s: %s\n", named(r), advice)
		}
	}
}

// whom is the target, and which of its keys where it has several.
func whom(r probe.Result) string {
	if r.Key == "" {
		return r.Target
	}
	return r.Target + " " + r.Key
}

func named(r probe.Result) string {
	if r.Model == "" {
		return whom(r)
	}
	return whom(r) + ", " + r.Model
}

func firstOf(r probe.Result) string {
	if r.First == 0 {
		return "-"
	}
	return r.First.Round(time.Millisecond).String()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
