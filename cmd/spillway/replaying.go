package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"spillway/engine/replay"
)

// replaying is a replay while it runs.
type replaying struct {
	policy   *replay.Policy
	file     string // of the policy
	name     string // of the policy
	of       string // whose decisions count; "" = to be seen
	examples int
	all      bool // keep every change, not only examples
	progress func(done int, end bool)

	bad      []string
	half     int
	done     int
	deciders map[string]*tally
}

// tally counts what one policy of the log decided.
type tally struct {
	revisions     map[string]bool
	requests      map[string]bool
	same, changed int
	newFaults     int
	changes       map[string]*changeGroup
	unknown       map[string]int
}

// changeGroup is all changes of one kind.
type changeGroup struct {
	Kind     string          `json:"kind"`
	Count    int             `json:"count"`
	Requests int             `json:"-"`
	Changes  []changedChoice `json:"changes"`
}

// changedChoice is one decision that would change.
type changedChoice struct {
	ID     string        `json:"id"`
	Number int           `json:"n"`
	Keys   []string      `json:"keys"`
	Before replay.Chosen `json:"before"`
	After  replay.Chosen `json:"after"`
}

// read replays a log.
func (r *replaying) read(name string) error {
	f, err := open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for lines := replay.NewReader(f); ; {
		line, err := lines.Next()
		var bad *replay.BadLine
		switch {
		case errors.Is(err, io.EOF):
			r.progress(r.done, true)
			return nil
		case errors.As(err, &bad) && bad.Last:
			r.half++
		case errors.As(err, &bad):
			r.bad = append(r.bad, fmt.Sprintf("%s, %s", name, bad))
		case err != nil:
			return fmt.Errorf("read %s: %w", name, err)
		case line.Environment != nil:
			r.policy.Enter(line.Environment)
		default:
			if err := r.decide(line.Decision); err != nil {
				return err
			}
		}
	}
}

func (r *replaying) decide(d *replay.Decision) error {
	if r.of != "" && d.Policy != r.of {
		r.tally(d.Policy)
		return nil
	}
	result, err := r.policy.Replay(d)
	if err != nil {
		return err
	}
	r.done++
	r.progress(r.done, false)
	t := r.tally(d.Policy)
	t.revisions[d.Revision], t.requests[d.ID] = true, true
	switch result.Verdict {
	case replay.Same:
		t.same++
	case replay.Unknown:
		t.unknown[result.Why]++
	case replay.Changed:
		t.change(d, result, r.all, r.examples)
	}
	return nil
}

func (r *replaying) tally(policy string) *tally {
	if r.deciders == nil {
		r.deciders = map[string]*tally{}
	}
	if r.deciders[policy] == nil {
		r.deciders[policy] = &tally{
			revisions: map[string]bool{}, requests: map[string]bool{}, changes: map[string]*changeGroup{}, unknown: map[string]int{},
		}
	}
	return r.deciders[policy]
}

func (t *tally) change(d *replay.Decision, result replay.Result, all bool, examples int) {
	t.changed++
	if result.Before.Action != nil && result.After.Action == nil {
		t.newFaults++
	}
	group := t.changes[result.Change.Kind]
	if group == nil {
		group = &changeGroup{Kind: result.Change.Kind}
		t.changes[result.Change.Kind] = group
	}
	group.Count++
	if all || len(group.Changes) < examples {
		group.Changes = append(group.Changes, changedChoice{d.ID, d.Number, result.Change.Keys, result.Before, result.After})
	}
}

// replayReport is what a replay found.
type replayReport struct {
	Policy    string         `json:"policy"`
	Of        []string       `json:"of"`                // whose decisions were replayed, as policy@revision
	LeftOut   []string       `json:"leftOut,omitempty"` // whose were not
	Decisions int            `json:"decisions"`
	Requests  int            `json:"requests"`
	Same      int            `json:"same"`
	Changed   int            `json:"changed"`
	Unknown   int            `json:"notReplayable"`
	Changes   []*changeGroup `json:"changes"`
	Reasons   []reasonCount  `json:"reasons"` // of what could not be replayed
	BadLines  []string       `json:"badLines,omitempty"`
	HalfLines int            `json:"halfLines,omitempty"` // ends of logs that are still being written

	newFaults int
}

type reasonCount struct {
	Count int    `json:"count"`
	Why   string `json:"why"`
}

// report sums up: of the policy of the file's name, if the log has decisions of it, else of all.
func (r *replaying) report() *replayReport {
	report := &replayReport{Policy: r.file, Of: []string{}, Changes: []*changeGroup{}, Reasons: []reasonCount{}, BadLines: r.bad, HalfLines: r.half}
	of := r.of
	if r.deciders[r.name] != nil && of == "" {
		of = r.name
	}
	requests, changes, reasons := map[string]bool{}, map[string]*changeGroup{}, map[string]int{}
	for _, policy := range slices.Sorted(maps.Keys(r.deciders)) {
		t := r.deciders[policy]
		if of != "" && policy != of {
			report.LeftOut = append(report.LeftOut, policy)
			continue
		}
		for _, revision := range slices.Sorted(maps.Keys(t.revisions)) {
			report.Of = append(report.Of, policy+"@"+revision)
		}
		report.Same, report.Changed, report.newFaults = report.Same+t.same, report.Changed+t.changed, report.newFaults+t.newFaults
		maps.Copy(requests, t.requests)
		for why, n := range t.unknown {
			reasons[why] += n
			report.Unknown += n
		}
		for kind, group := range t.changes {
			if known := changes[kind]; known != nil {
				known.Count += group.Count
				known.Changes = append(known.Changes, group.Changes...)
			} else {
				changes[kind] = group
			}
		}
	}
	report.Requests, report.Decisions = len(requests), report.Same+report.Changed+report.Unknown
	report.Changes = slices.SortedFunc(maps.Values(changes), func(a, b *changeGroup) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Kind, b.Kind))
	})
	for why, n := range reasons {
		report.Reasons = append(report.Reasons, reasonCount{n, why})
	}
	slices.SortFunc(report.Reasons, func(a, b reasonCount) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Why, b.Why)) })
	return report
}
