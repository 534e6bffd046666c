package form

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

// Problem is what is wrong with one value. A parser of texts gives only the predicate, as "is no duration", to which
// [Problem.Of] adds the subject.
type Problem struct{ Message, Hint string }

// Wrong makes a problem.
func Wrong(message, hint string) *Problem { return &Problem{message, hint} }

// Of is the problem with its subject, a value as it stands in the file.
func (p *Problem) Of(value string) *Problem {
	return &Problem{Quote(value) + " " + p.Message, p.Hint}
}

// Report collects the faults of one file.
type Report struct {
	file   string
	lines  []string
	hidden []string // values in lists of keys
	faults engine.Faults
}

func newReport(file, text string) *Report {
	return &Report{file: file, lines: strings.Split(text, "\n")}
}

// Fault adds a problem with a value, unless one with that value was added before.
func (r *Report) Fault(n *Node, p *Problem) {
	if n.Broken {
		return
	}
	n.Broken = true
	r.add(n.Place, n.path(), p)
}

// add adds a problem at a place; path says where in the tree that is.
func (r *Report) add(at Place, path string, p *Problem) {
	if path != "" {
		path += ": "
	}
	r.faults = append(r.faults, &engine.Fault{
		Position: r.position(at), Source: r.source(at.Line), Message: path + p.Message, Hint: p.Hint,
	})
}

// At is where a value is, and the line there as a code frame shows it. Of nil it is the file as a whole.
func (r *Report) At(n *Node) (at engine.Position, source string) {
	if n == nil {
		return engine.Position{File: r.file}, ""
	}
	return r.position(n.Place), r.source(n.Line)
}

// position turns YAML's columns, which count characters, into bytes, as compilers and the code frame count.
func (r *Report) position(at Place) engine.Position {
	p := engine.Position{File: r.file, Line: at.Line, Column: at.Column}
	line := r.line(at.Line)
	if line == "" {
		return p
	}
	p.Column = 1
	for range at.Column - 1 {
		_, size := utf8.DecodeRuneInString(line[p.Column-1:])
		p.Column += size
	}
	return p
}

// source is a line for the code frame.
func (r *Report) source(line int) string {
	return r.hide(redact(strings.TrimRight(r.line(line), "\r")))
}

// hide puts asterisks over values in lists of keys, which no line tells from other lists.
func (r *Report) hide(line string) string {
	for _, value := range r.hidden {
		line = strings.ReplaceAll(line, value, strings.Repeat("*", len(value)))
	}
	return line
}

// hideKey keeps a key out of what is shown, if n is one in a list of them.
func (r *Report) hideKey(n *Node) {
	if list := n.parent; list != nil && list.Kind == IsList && keyNames[list.name] && n.Raw != "" && !strings.HasPrefix(n.Raw, "${") {
		r.hidden = append(r.hidden, n.Raw)
	}
}

// keyNames are the steps of paths below which there are credentials.
var keyNames = map[string]bool{".key": true, ".keys": true, ".admin_token": true}

// line is a line of the file, "" when there is none or it is too long to be looked at by a person.
func (r *Report) line(number int) string {
	if number < 1 || number > len(r.lines) || len(r.lines[number-1]) > maxLine {
		return ""
	}
	return r.lines[number-1]
}

// sorted is every fault in the order of the file, those of a value that aliases repeat only once.
func (r *Report) sorted() engine.Faults {
	for _, fault := range r.faults { // when it was found, not every value had been read
		fault.Source = r.hide(fault.Source)
	}
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
var revealing = regexp.MustCompile(`\b(?:key|admin_token)["']?\s*:\s*(?:&\S+\s+)?(?:"([^"]+)|'([^']+)|([^\s,{}\[\]'"#$&][^\s,}'"#]*))` +
	`|\b(sk-[\w-]{6,})|://(?:([^/\s@]*)@)?[^\s?"'}]*(?:\?([^\s"'}]*))?`)

// callerWord is what a `key` says instead of a credential: the caller's own is forwarded.
const callerWord = "client"

// What of a line that is no YAML may be a list of keys, or a key in one.
var perhapsKeys = regexp.MustCompile(`\b(?:keys?|admin_token)["']?\s*:\s*(\[.*)|^\s*-\s+([^\s:]{8,})\s*$`)

// redact puts asterisks over what must not be seen in a line. The line keeps its length, so that a caret still fits.
func redact(line string) string { return mask(line, revealing) }

// mask puts asterisks over what an expression's groups match.
func mask(line string, what *regexp.Regexp) string {
	shown := []byte(line)
	for _, match := range what.FindAllStringSubmatchIndex(line, -1) {
		for group := 2; group < len(match); group += 2 {
			from, to := match[group], match[group+1]
			if from < 0 || line[from:to] == callerWord || strings.HasPrefix(line[from:to], "${") {
				continue
			}
			copy(shown[from:to], strings.Repeat("*", to-from))
		}
	}
	return string(shown)
}

// Quote shows a piece of the file in a message.
func Quote(text string) string {
	if len(text) > maxQuoted {
		text = strings.ToValidUTF8(text[:maxQuoted], "") + "…"
	}
	return fmt.Sprintf("%q", redact(text))
}
