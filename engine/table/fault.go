package table

import (
	"cmp"
	"fmt"
	"slices"

	"spillway/engine"
)

// faults are the problems of a row, each at the place in the table that it is about.
func (t *table) faults(r *row, problems []problem) engine.Faults {
	var faults engine.Faults
	for _, p := range problems {
		what, place := p.message, p.place
		if p.path != "" {
			what = p.path + ": " + what
		}
		if place == "" {
			place = p.path
		}
		at, ok := t.places.At(join(r.path, place))
		if !ok {
			at.File = t.test.File()
		}
		f := &engine.Fault{Position: at, Source: t.test.Line(at), Message: fmt.Sprintf("row %q: %s", r.name, what), Hint: p.hint}
		if p.caller != "" {
			f.Stack = []string{p.caller}
		}
		faults = append(faults, f)
	}
	slices.SortStableFunc(faults, func(a, b *engine.Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return faults
}

// blame is a fault of the policy, met in a row.
func (t *table) blame(r *row, fault *engine.Fault) *engine.Fault {
	f := *fault
	f.Message = fmt.Sprintf("row %q: %s", r.name, f.Message)
	if at, ok := t.places.At(r.path); ok {
		f.Stack = append(append([]string(nil), f.Stack...), fmt.Sprintf("row %q (%s)", r.name, at))
	}
	return &f
}
