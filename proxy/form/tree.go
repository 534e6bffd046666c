package form

import (
	"slices"
	"strings"
)

// Place is where a value begins, counted from 1; columns are characters.
type Place struct{ Line, Column int }

// Node is one value of the file, with aliases followed, merge keys merged and variables in values expanded.
type Node struct {
	Place

	Kind   Kind
	Raw    string  // a scalar as written, without quotes
	Text   string  // a scalar with its variables expanded
	Fields []Field // of a mapping, in the order of the file
	Items  []*Node // of a list
	Broken bool    // something is wrong with it and has been reported

	parent *Node // nil for the root
	name   string
	tag    string // a scalar's YAML type; "" when a variable decides
}

// Field is one key of a mapping.
type Field struct {
	Name       string
	Key, Value *Node
}

// Kind is the form of a value.
type Kind string

// The forms, in the words of a fault.
const (
	IsScalar  Kind = "a single value"
	IsMapping Kind = "a mapping"
	IsList    Kind = "a list"
)

// path is how a person would point at the value: targets.claude.url or clients[0].key.
func (n *Node) path() string {
	var names []string
	for ; n.parent != nil; n = n.parent {
		names = append(names, n.name)
	}
	slices.Reverse(names)
	return strings.TrimPrefix(strings.Join(names, ""), ".")
}

// adopt makes n, an alias, the value that it stands for.
func (n *Node) adopt(of *Node) {
	at := n.Place
	*n = *of
	n.Place = at
	for _, f := range n.Fields {
		f.Key.parent, f.Value.parent = n, n
	}
	for _, item := range n.Items {
		item.parent = n
	}
}

// Child is the value of a key of a mapping, nil when there is none.
func (n *Node) Child(key string) *Node {
	for _, f := range n.Entries() {
		if f.Name == key {
			return f.Value
		}
	}
	return nil
}

// Entries is the fields of a mapping, none for anything else, nil too.
func (n *Node) Entries() []Field {
	if n == nil {
		return nil
	}
	return n.Fields
}

// List are the items of a list; none of anything else, and of nil.
func (n *Node) List() []*Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// pathStep is a key as a step of a path. Keys come from outside and may be long.
func pathStep(key string) string {
	if len(key) > maxQuoted || strings.ContainsAny(key, ". \n") {
		key = Quote(key)
	}
	return "." + key
}
