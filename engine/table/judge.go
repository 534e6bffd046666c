package table

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"spillway/engine"
)

// judge compares a decision with what the row wants.
func (t *table) judge(r *row, d engine.Decision) engine.Faults {
	switch {
	case r.want == nil && d.Fault == nil:
		return t.faults(r, []problem{{path: "throws", message: "want an error, got " + show(Plain(d.Action)), caller: caller(d)}})
	case r.want == nil && !strings.Contains(d.Fault.Message, r.throws):
		return t.faults(r, []problem{{path: "throws", message: fmt.Sprintf("want %q, got %q", r.throws, d.Fault.Message)}})
	case r.want == nil:
		return nil
	case d.Fault != nil:
		return engine.Faults{t.blame(r, d.Fault)}
	}
	problems := match("", r.want, Plain(d.Action))
	for i := range problems {
		problems[i].caller, problems[i].place = caller(d), join("want", problems[i].path)
	}
	return t.faults(r, problems)
}

// caller is where a decision was made, as a fault's stack says it.
func caller(d engine.Decision) string {
	if d.At == (engine.Position{}) {
		return ""
	}
	return "decide (" + d.At.String() + ")"
}

// unsteady reports how a decision differs from the first one on the same input.
func unsteady(when string, first, other engine.Decision) []problem {
	a, b := outcome(first), outcome(other)
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	for _, key := range append([]string{"throws"}, slices.Sorted(maps.Keys(keys))...) {
		if !reflect.DeepEqual(a[key], b[key]) {
			return []problem{{
				path: key, place: "want", message: fmt.Sprintf("%s at first, %s %s, for the same input", found(a[key]), found(b[key]), when),
				hint: "the policy keeps state in its module, which every runtime has its own of: decide by attempts, ctx.health or ctx.count",
			}}
		}
	}
	return nil
}

func outcome(d engine.Decision) map[string]any {
	if d.Fault != nil {
		return map[string]any{"throws": d.Fault.Message}
	}
	return Plain(d.Action)
}
