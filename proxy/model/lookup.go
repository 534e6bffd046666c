package model

import (
	"maps"
	"strings"
	"sync/atomic"
)

// entry is all that the tables say of a name.
type entry struct {
	family string // "" when it is in no family
	facts  Facts
	price  priced // without a family when nobody knows it
	signs  bool
}

// recent are names that were looked up: the tables are asked several times for each request, mostly about the same few. Readers
// take no lock.
var recent atomic.Pointer[map[string]*entry]

// maxRecent bounds the names, which come from outside: one too many, and they begin anew.
const maxRecent = 64

// lookUp is what the tables say of a name; it must not be written to. Of two that look up at the same time either may forget what
// the other found.
func lookUp(name string) *entry {
	before := recent.Load()
	if before == nil {
		before = &map[string]*entry{}
	}
	if e := (*before)[name]; e != nil {
		return e
	}
	after := map[string]*entry{}
	if len(*before) < maxRecent {
		after = maps.Clone(*before)
	}
	e := search(plain(name))
	after[strings.Clone(name)] = e
	recent.Store(&after)
	return e
}

// search reads the tables for a plain name.
func search(name string) *entry {
	e := &entry{facts: Facts{Text: unknownText}, signs: holds(name, "claude")}
	for _, row := range table {
		if len(row.family) > len(e.family) && holds(name, row.family) {
			e.family, e.facts = row.family, row.facts
		}
	}
	for _, maker := range prices {
		if !strings.Contains(name, maker.mark) {
			continue
		}
		for _, row := range maker.rows {
			if len(row.family) > len(e.price.family) && holds(name, row.family) {
				e.price = row
			}
		}
	}
	return e
}

// plain writes a name as the tables do: in lower case, versions with dashes.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case r == '.' || r == '@' || r == ':' || r == '_' || r == '/':
			return '-'
		}
		return r
	}, name[min(len(name), strings.LastIndexByte(name, '/')+1):])
}

// holds says whether a name has a family in it as whole words: "gpt-5" is in "gpt-5-mini", not in "gpt-50".
func holds(name, family string) bool {
	for from := 0; ; {
		at := strings.Index(name[from:], family)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(family)
		if (at == 0 || name[at-1] == '-') && (end == len(name) || name[end] == '-') {
			return true
		}
		from = at + 1
	}
}
