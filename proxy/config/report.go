package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"spillway/engine"
)

// What keeps a report of a hostile file small.
const (
	maxFaults = 100
	maxLine   = 400 // bytes of a line that is still shown
	maxQuoted = 60  // bytes of a value that are quoted
)

// problem is what is wrong with one value. A parser of texts gives only the predicate, as "is no duration", to which
// [problem.of] adds the subject.
type problem struct{ message, hint string }

func (p *problem) of(value string) *problem {
	return &problem{quote(value) + " " + p.message, p.hint}
}

// report collects the faults of one file.
type report struct {
	file   string
	lines  []string
	faults engine.Faults
}

func newReport(file, text string) *report {
	return &report{file: file, lines: strings.Split(text, "\n")}
}

// fault adds a problem with a value, unless one with that value was added before.
func (r *report) fault(n *node, p *problem) {
	if n.broken {
		return
	}
	n.broken = true
	r.add(n.place, n.path(), p)
}

// add adds a problem at a place; path says where in the tree that is.
func (r *report) add(at place, path string, p *problem) {
	if path != "" {
		path += ": "
	}
	r.faults = append(r.faults, &engine.Fault{
		Position: r.position(at), Source: r.source(at.line), Message: path + p.message, Hint: p.hint,
	})
}

func (r *report) ref(name string, n *node) PolicyRef {
	if n == nil {
		return PolicyRef{Name: name, At: engine.Position{File: r.file}}
	}
	return PolicyRef{Name: name, At: r.position(n.place), Source: r.source(n.line)}
}

// position turns YAML's columns, which count characters, into bytes, as compilers and the code frame count.
func (r *report) position(at place) engine.Position {
	p := engine.Position{File: r.file, Line: at.line, Column: at.column}
	line := r.line(at.line)
	if line == "" {
		return p
	}
	p.Column = 1
	for range at.column - 1 {
		_, size := utf8.DecodeRuneInString(line[p.Column-1:])
		p.Column += size
	}
	return p
}

// source is a line for the code frame.
func (r *report) source(line int) string { return redact(strings.TrimRight(r.line(line), "\r")) }

// line is a line of the file, "" when there is none or it is too long to be looked at by a person.
func (r *report) line(number int) string {
	if number < 1 || number > len(r.lines) || len(r.lines[number-1]) > maxLine {
		return ""
	}
	return r.lines[number-1]
}

// sorted is every fault in the order of the file, those of a value that aliases repeat only once.
func (r *report) sorted() engine.Faults {
	slices.SortStableFunc(r.faults, func(a, b *engine.Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	faults := slices.CompactFunc(r.faults, func(a, b *engine.Fault) bool {
		return a.Position == b.Position && a.Hint == b.Hint
	})
	if len(faults) > maxFaults {
		rest := fmt.Sprintf("%d more faults", len(faults)-maxFaults)
		faults = append(faults[:maxFaults], &engine.Fault{Position: engine.Position{File: r.file}, Message: rest})
	}
	return faults
}

// What a line of the file may hold that nobody should see in a log: the value of a `key`, anything that looks like an API
// key, and a password or a query in a URL.
var revealing = regexp.MustCompile(`\bkey["']?\s*:\s*(?:&\S+\s+)?(?:"([^"]+)|'([^']+)|([^\s,}'"#]+))` +
	`|\b(sk-[\w-]{6,})|://(?:([^/\s@]*)@)?[^\s?"'}]*(?:\?([^\s"'}]*))?`)

// redact puts asterisks over what must not be seen in a line. The line keeps its length, so that a caret still fits.
func redact(line string) string {
	shown := []byte(line)
	for _, match := range revealing.FindAllStringSubmatchIndex(line, -1) {
		for group := 2; group < len(match); group += 2 {
			from, to := match[group], match[group+1]
			if from < 0 || line[from:to] == callerKey || strings.HasPrefix(line[from:to], "${") {
				continue
			}
			copy(shown[from:to], strings.Repeat("*", to-from))
		}
	}
	return string(shown)
}

// quote shows a piece of the file in a message.
func quote(text string) string {
	if len(text) > maxQuoted {
		text = strings.ToValidUTF8(text[:maxQuoted], "") + "…"
	}
	return fmt.Sprintf("%q", redact(text))
}
