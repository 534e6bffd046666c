package main

import (
	"fmt"
	"io"
	"strings"

	"spillway/engine/replay"
)

// print is the report for people.
func (r *replayReport) print(w io.Writer) {
	if r.Decisions == 0 {
		fmt.Fprintf(w, "no decisions to replay%s\n", beside(r.LeftOut))
	} else {
		fmt.Fprintf(w, "%s of %s by %s, again with %s:\n\n", count(r.Decisions, "decision"), count(r.Requests, "request"), strings.Join(r.Of, ", "), r.Policy)
		fmt.Fprintf(w, "%8d unchanged\n%8d changed\n%8d not replayable\n", r.Same, r.Changed, r.Unknown)
		if len(r.LeftOut) > 0 {
			fmt.Fprintf(w, "\nleft out: what %s decided; --of NAME replays it\n", strings.Join(r.LeftOut, ", "))
		}
	}
	for _, group := range r.Changes {
		group.print(w)
	}
	if len(r.Reasons) > 0 {
		fmt.Fprintln(w, "\nnot replayable:")
		for _, reason := range r.Reasons {
			fmt.Fprintf(w, "%8d  %s\n", reason.Count, reason.Why)
		}
	}
	for _, bad := range r.BadLines {
		fmt.Fprintf(w, "\nnot read: %s\n", bad)
	}
	if r.HalfLines > 0 {
		fmt.Fprintln(w, "\nthe log's last line is not whole: it is still being written, or its writer was killed")
	}
}

func beside(leftOut []string) string {
	if len(leftOut) == 0 {
		return ""
	}
	return "; the log has those of " + strings.Join(leftOut, ", ")
}

func (g *changeGroup) print(w io.Writer) {
	kind := g.Kind
	if !strings.Contains(kind, "→") && g.Kind != replay.OtherFault {
		kind += " changes"
	}
	fmt.Fprintf(w, "\n%s: %d\n", kind, g.Count)
	for _, c := range g.Changes {
		fmt.Fprintf(w, "  %s #%d  %s\n", c.ID, c.Number, lines(c.Before.At, c.After.At))
		fmt.Fprintf(w, "    - %s\n    + %s\n", chosenLine(c.Before), chosenLine(c.After))
	}
	if more := g.Count - len(g.Changes); more > 0 {
		fmt.Fprintf(w, "  … and %d more\n", more)
	}
}

// lines are the policies' lines that chose.
func lines(before, after string) string {
	if before == after {
		return before
	}
	return before + " → " + after
}

func chosenLine(c replay.Chosen) string {
	if c.Action == nil {
		return "no valid action: " + short(c.Fault)
	}
	return actionLine(c.Action)
}
