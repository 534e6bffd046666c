package table

import (
	"bytes"
	"fmt"
	"strings"

	"spillway/engine"
)

// faults are the problems of a row, at the place where it begins.
func (t *table) faults(r row, problems []problem) engine.Faults {
	var faults engine.Faults
	at, line := t.find(r.name)
	for _, p := range problems {
		what := p.message
		if p.path != "" {
			what = p.path + ": " + what
		}
		f := &engine.Fault{Position: at, Source: line, Message: fmt.Sprintf("row %q: %s", r.name, what), Hint: p.hint}
		if p.caller != "" {
			f.Stack = []string{p.caller}
		}
		faults = append(faults, f)
	}
	return faults
}

// blame is a fault of the policy, met in a row.
func (t *table) blame(r row, fault *engine.Fault) *engine.Fault {
	f := *fault
	f.Message = fmt.Sprintf("row %q of %s: %s", r.name, t.file, f.Message)
	return &f
}

// find looks up the row's name in the table's source. A name that is put together while the table loads is not found.
func (t *table) find(name string) (engine.Position, string) {
	at := engine.Position{File: t.file}
	for _, quote := range []string{`"`, `'`, "`"} {
		i := bytes.Index(t.source, []byte(quote+name+quote))
		if i < 0 {
			continue
		}
		start := bytes.LastIndexByte(t.source[:i], '\n') + 1
		line, _, _ := bytes.Cut(t.source[start:], []byte("\n"))
		at.Line, at.Column = 1+bytes.Count(t.source[:i], []byte("\n")), 1+i-start
		return at, strings.TrimSuffix(string(line), "\r")
	}
	return at, ""
}
