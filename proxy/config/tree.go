package config

import (
	"slices"
	"strings"
)

// place is where a value begins, counted from 1; columns are characters.
type place struct{ line, column int }

// node is one value of the file, with aliases followed, merge keys merged and variables in values expanded.
type node struct {
	place

	kind   kind
	parent *node // nil for the root
	name   string
	raw    string  // a scalar as written, without quotes
	text   string  // a scalar with its variables expanded
	tag    string  // a scalar's YAML type; "" when a variable decides
	fields []field // of a mapping, in the order of the file
	items  []*node // of a list
	broken bool    // something is wrong with it and has been reported
}

// field is one key of a mapping.
type field struct {
	name       string
	key, value *node
}

// kind is the form of a value.
type kind string

// The forms, in the words of a fault.
const (
	isScalar  kind = "a single value"
	isMapping kind = "a mapping"
	isList    kind = "a list"
)

// path is how a person would point at the value: targets.claude.url or clients[0].key.
func (n *node) path() string {
	var names []string
	for ; n.parent != nil; n = n.parent {
		names = append(names, n.name)
	}
	slices.Reverse(names)
	return strings.TrimPrefix(strings.Join(names, ""), ".")
}

// adopt makes n, an alias, the value that it stands for.
func (n *node) adopt(of *node) {
	at := n.place
	*n = *of
	n.place = at
	for _, f := range n.fields {
		f.key.parent, f.value.parent = n, n
	}
	for _, item := range n.items {
		item.parent = n
	}
}

// child is the value of a key of a mapping, nil when there is none.
func (n *node) child(key string) *node {
	for _, f := range n.entries() {
		if f.name == key {
			return f.value
		}
	}
	return nil
}

// entries is the fields of a mapping, none for anything else, nil too.
func (n *node) entries() []field {
	if n == nil {
		return nil
	}
	return n.fields
}

// pathStep is a key as a step of a path. Keys come from outside and may be long.
func pathStep(key string) string {
	if len(key) > maxQuoted || strings.ContainsAny(key, ". \n") {
		key = quote(key)
	}
	return "." + key
}
