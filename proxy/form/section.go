package form

import (
	"slices"
	"strings"

	"spillway/engine/nearest"
)

// Section reads one mapping. [Open] makes one. The keys it is asked for are the known ones; what remains when it is closed is reported.
type Section struct {
	report *Report
	node   *Node
	asked  []string
}

// Open begins to read a mapping. That a value is none is reported.
func Open(r *Report, n *Node) *Section {
	r.Want(n, IsMapping)
	return &Section{report: r, node: n}
}

// Value is what a key holds, nil when it is absent.
func (s *Section) Value(key string) *Node { return s.node.Child(key) }

// Missing reports a key that has to be there, at the name of the mapping that lacks it.
func (s *Section) Missing(at *Node, key, hint string) {
	if !s.node.Broken {
		s.report.add(at.Place, s.node.path(), &Problem{"there is no `" + key + "`", hint})
	}
}

// Close reports every key that was not asked for. It says whether there was a mapping at all.
func (s *Section) Close() bool {
	for _, f := range s.node.Fields {
		if slices.Contains(s.asked, f.Name) {
			continue
		}
		s.report.add(f.Key.Place, s.node.path(), &Problem{"there is no key " + Quote(f.Name), suggest(f.Name, s.asked)})
	}
	return s.node.Kind == IsMapping
}

// suggest is a hint for a word that is none of the valid ones.
func suggest(word string, valid []string) string {
	if len(word) <= maxQuoted {
		if name := nearest.Name(word, valid); name != "" {
			return "did you mean " + Quote(name) + "?"
		}
	}
	return "the words here are " + strings.Join(valid, ", ")
}

// Read takes the value of a key with a reader that reports what is wrong, and returns it; nil when the key is absent.
// into keeps its default when it is absent or wrong.
func Read[T any](s *Section, key string, into *T, reader func(*Report, *Node) (T, bool)) *Node {
	s.asked = append(s.asked, key)
	n := s.Value(key)
	if n == nil {
		return nil
	}
	if value, ok := reader(s.report, n); ok {
		*into = value
	}
	return n
}

// Scalar is [Read] for a value that is one word or number.
func Scalar[T any](s *Section, key string, into *T, parse func(string) (T, *Problem)) *Node {
	return Read(s, key, into, func(r *Report, n *Node) (T, bool) { return ReadScalar(r, n, parse) })
}

// ReadScalar reads a value that is one word or number.
func ReadScalar[T any](r *Report, n *Node, parse func(string) (T, *Problem)) (value T, ok bool) {
	if !r.wantScalar(n) {
		return value, false
	}
	value, p := parse(n.Text)
	if p != nil {
		r.Fault(n, p.Of(n.Raw))
	}
	return value, p == nil
}

// ReadText reads a text. A number or a truth value is none.
func ReadText(r *Report, n *Node) (string, bool) {
	if !r.wantScalar(n) {
		return "", false
	}
	if what := n.describe(); what != aText {
		r.Fault(n, &Problem{"this has to be text, not " + what, "put it in quotes"})
	}
	return n.Text, !n.Broken
}

// wantScalar says whether a value is a single one and not empty; it is reported otherwise.
func (r *Report) wantScalar(n *Node) bool {
	if !r.Want(n, IsScalar) {
		return false
	}
	if n.Text == "" {
		r.Fault(n, &Problem{"the value is empty", "give one, or remove the key"})
	}
	return !n.Broken
}

// Want says whether a value has a form; it is reported otherwise.
func (r *Report) Want(n *Node, form Kind) bool {
	if n.Kind == form && n.tag != tagNull {
		return !n.Broken
	}
	p := &Problem{Message: "this has to be " + string(form) + ", not " + n.describe()}
	if n.tag == tagNull {
		p = &Problem{"the value is missing", "give one, or remove the key"}
	}
	r.Fault(n, p)
	return false
}
