package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// story is what the admin API tells of one request. Durations are milliseconds.
type story struct {
	ID, Began, Path, Model, Client, Policy, Outcome string
	Stream                                          bool
	Status, Sends                                   int
	Target, ServedModel, Message                    string
	Edits, Mismatches                               []string
	FirstContent, Took                              float64
	Usage                                           map[string]int
	Estimated                                       bool
	Cost                                            *struct{ Dollars float64 }
	Steps                                           []storyStep
}

type storyStep struct {
	At, Took                       float64
	Line, Source, Because, Outcome string
	Recalled                       bool
	Chose                          map[string]any
	Saw                            map[string]any
	Notes                          []string
	Fault                          *struct{ Frame string }
	Failed                         []storyAttempt
	Row                            string
}

type storyAttempt struct {
	At, Ms, RetryAfter                          float64
	Target, Model, Kind, Reason, Retry, Message string
	Status                                      int
	Code                                        string
	Edits                                       []string
}

// print tells the story in the order in which it happened.
func (s *story) print(w io.Writer) {
	kind := ""
	if s.Stream {
		kind = ", as a stream"
	}
	fmt.Fprintf(w, "%s  %s %s%s%s\n", s.ID, s.Path, s.Model, kind, from(s.Client))
	fmt.Fprintf(w, "began %s, decided by %s\n", s.Began, s.Policy)
	for i, step := range s.Steps {
		step.print(w, i+1)
	}
	s.printEnd(w)
}

func from(client string) string {
	if client == "" {
		return ""
	}
	return ", from " + client
}

func (s *storyStep) print(w io.Writer, number int) {
	took := "in " + msWords(s.Took)
	if s.Recalled {
		took = "as before for such requests"
	}
	fmt.Fprintf(w, "\n%10s  decision %d: %s\n", "+"+msWords(s.At), number, cmp.Or(actionLine(s.Chose), "no valid action"))
	indented := func(format string, args ...any) { fmt.Fprintf(w, "%12s%s\n", "", fmt.Sprintf(format, args...)) }
	if s.Because != "" {
		indented("because: %s", short(s.Because))
	}
	if s.Line != "" {
		indented("%s  (%s, %s)", s.Line, s.Outcome, took)
	}
	if s.Source != "" {
		indented("  | %s", s.Source)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Saw)) {
		indented("saw %s = %s", name, seen(s.Saw[name]))
	}
	for _, note := range s.Notes {
		indented("note: %s", note)
	}
	if s.Fault != nil {
		for line := range strings.Lines(s.Fault.Frame) {
			indented("%s", strings.TrimSuffix(line, "\n"))
		}
	}
	for _, a := range s.Failed {
		a.print(w)
	}
}

func (a *storyAttempt) print(w io.Writer) {
	what := a.Target + ", " + a.Model
	if a.Status > 0 {
		what += fmt.Sprintf(": %d", a.Status)
	}
	fmt.Fprintf(w, "%10s  ✕ %s %s after %s (%s; retry: %s)\n", "+"+msWords(a.At), what, a.Reason, msWords(a.Ms), a.Kind, a.Retry)
	for _, more := range [...]struct{ label, text string }{{"", a.Message}, {"asks to wait ", wait(a.RetryAfter)}, {"edits: ", strings.Join(a.Edits, ", ")}} {
		if more.text != "" {
			fmt.Fprintf(w, "%12s  %s%s\n", "", more.label, more.text)
		}
	}
}

func wait(ms float64) string {
	if ms == 0 {
		return ""
	}
	return msWords(ms)
}

// seen is a value that the policy looked at, without what a gate at rest has.
func seen(value any) string {
	if of, ok := value.(map[string]any); ok {
		value = maps.Collect(func(yield func(string, any) bool) {
			for key, v := range of {
				if _, nested := v.(map[string]any); !nested && v != nil && v != false && v != 0. && !yield(key, v) {
					return
				}
			}
		})
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return short(strings.Trim(string(text), `"`))
}

func (s *story) printEnd(w io.Writer) {
	if s.Outcome == "running" {
		fmt.Fprintln(w, "\nstill under way")
		return
	}
	end := s.Outcome
	if s.Status > 0 {
		end += fmt.Sprintf(" %d", s.Status)
	}
	if s.Target != "" {
		end += " from " + s.Target + ", " + cmp.Or(s.ServedModel, s.Model)
	}
	fmt.Fprintf(w, "\n%10s  %s, after %s\n", "+"+msWords(s.Took), end, count(s.Sends, "send"))
	var facts []string
	if s.FirstContent > 0 {
		facts = append(facts, "first content at +"+msWords(s.FirstContent))
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Usage)) {
		if n := s.Usage[kind]; n > 0 {
			facts = append(facts, fmt.Sprintf("%d %s tokens", n, kind))
		}
	}
	if s.Estimated {
		facts = append(facts, "estimated")
	}
	if s.Cost != nil {
		facts = append(facts, fmt.Sprintf("$%.4f", s.Cost.Dollars))
	}
	facts = append(facts, s.Edits...)
	facts = append(facts, s.Mismatches...)
	if s.Message != "" {
		facts = append(facts, s.Message)
	}
	if len(facts) > 0 {
		fmt.Fprintf(w, "%12s%s\n", "", strings.Join(facts, ", "))
	}
}
