package config

import (
	"slices"
	"strings"

	"spillway/engine/nearest"
)

// section reads one mapping. The keys it is asked for are the known ones; what remains when it is closed is reported.
type section struct {
	report *report
	node   *node
	asked  []string
}

func openSection(r *report, n *node) *section {
	r.want(n, isMapping)
	return &section{report: r, node: n}
}

// value is what a key holds, nil when it is absent.
func (s *section) value(key string) *node { return s.node.child(key) }

// missing reports a key that has to be there, at the name of the mapping that lacks it.
func (s *section) missing(at *node, key, hint string) {
	if !s.node.broken {
		s.report.add(at.place, s.node.path(), &problem{"there is no `" + key + "`", hint})
	}
}

// close reports every key that was not asked for. It says whether there was a mapping at all.
func (s *section) close() bool {
	for _, f := range s.node.fields {
		if slices.Contains(s.asked, f.name) {
			continue
		}
		s.report.add(f.key.place, s.node.path(), &problem{"there is no key " + quote(f.name), suggest(f.name, s.asked)})
	}
	return s.node.kind == isMapping
}

// suggest is a hint for a word that is none of the valid ones.
func suggest(word string, valid []string) string {
	if len(word) <= maxQuoted {
		if name := nearest.Name(word, valid); name != "" {
			return "did you mean " + quote(name) + "?"
		}
	}
	return "the words here are " + strings.Join(valid, ", ")
}

// read takes the value of a key with a reader that reports what is wrong, and returns it; nil when the key is absent.
// into keeps its default when it is absent or wrong.
func read[T any](s *section, key string, into *T, reader func(*report, *node) (T, bool)) *node {
	s.asked = append(s.asked, key)
	n := s.value(key)
	if n == nil {
		return nil
	}
	if value, ok := reader(s.report, n); ok {
		*into = value
	}
	return n
}

// scalar is [read] for a value that is one word or number.
func scalar[T any](s *section, key string, into *T, parse func(string) (T, *problem)) *node {
	return read(s, key, into, func(r *report, n *node) (T, bool) { return readScalar(r, n, parse) })
}

func readScalar[T any](r *report, n *node, parse func(string) (T, *problem)) (value T, ok bool) {
	if !r.wantScalar(n) {
		return value, false
	}
	value, p := parse(n.text)
	if p != nil {
		r.fault(n, p.of(n.raw))
	}
	return value, p == nil
}

// readText reads a text. A number or a truth value is none.
func readText(r *report, n *node) (string, bool) {
	if !r.wantScalar(n) {
		return "", false
	}
	if what := n.describe(); what != aText {
		r.fault(n, &problem{"this has to be text, not " + what, "put it in quotes"})
	}
	return n.text, !n.broken
}

// wantScalar says whether a value is a single one and not empty; it is reported otherwise.
func (r *report) wantScalar(n *node) bool {
	if !r.want(n, isScalar) {
		return false
	}
	if n.text == "" {
		r.fault(n, &problem{"the value is empty", "give one, or remove the key"})
	}
	return !n.broken
}

// want says whether a value has a form; it is reported otherwise.
func (r *report) want(n *node, form kind) bool {
	if n.kind == form && n.tag != tagNull {
		return !n.broken
	}
	p := &problem{message: "this has to be " + string(form) + ", not " + n.describe()}
	if n.tag == tagNull {
		p = &problem{"the value is missing", "give one, or remove the key"}
	}
	r.fault(n, p)
	return false
}
