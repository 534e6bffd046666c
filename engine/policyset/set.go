// Package policyset makes a folder of policies one thing: compiled, tested and swapped together, or not at all.
//
//	source.go   the folder's files at one moment, and what each of them is
//	set.go      the set that serves
//	load.go     from the one to the other, with every fault on the way
//	test.go     the tables alone, row by row, for a person who watches
package policyset

import (
	"maps"
	"slices"

	"spillway/engine/runtime"
)

// Set is all policies of a folder, ready to decide. It is immutable and safe for concurrent use.
type Set struct {
	revision string
	policies map[string]*runtime.Policy
	passed   map[trial]bool // the tables that were run, or had been before
}

// Policy finds a policy by name; nil when there is none.
func (s *Set) Policy(name string) *runtime.Policy { return s.policies[name] }

// Names lists the policies, sorted.
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.policies)) }

// Revision is [Source.Revision] of what the set was made of.
func (s *Set) Revision() string { return s.revision }

// Close lets the set's runtimes go, once the decisions in flight are made.
func (s *Set) Close() {
	for _, p := range s.policies {
		p.Close()
	}
}
