package tables

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"spillway/engine"
	"spillway/engine/policyset"
)

// File is what of one source file has run.
type File struct {
	Name    string
	Places  int // statements, concise arrows and branches of conditional expressions
	Covered int
	Missed  []engine.Position // the places that have not run, in order
}

// Percent of the places have run.
func (f File) Percent() float64 {
	if f.Places == 0 {
		return 100
	}
	return 100 * float64(f.Covered) / float64(f.Places)
}

// lines are the lines with places that have not run, as in "3, 7-9".
func (f File) lines() string {
	var ranges []string
	from, to := 0, 0
	flush := func() {
		switch from {
		case 0:
		case to:
			ranges = append(ranges, fmt.Sprint(from))
		default:
			ranges = append(ranges, fmt.Sprintf("%d-%d", from, to))
		}
	}
	for _, at := range f.Missed {
		if at.Line > to+1 || from == 0 {
			flush()
			from = at.Line
		}
		to = at.Line
	}
	flush()
	return strings.Join(ranges, ", ")
}

// Cover sums up what of all policies' files has run. A file that several policies import has run where it ran for any.
func Cover(tested []*policyset.Tested) []File {
	hits := make(map[engine.Position]bool)
	for _, t := range tested {
		if t.Coverage != nil {
			t.Coverage.Each(func(at engine.Position, hit bool) { hits[at] = hits[at] || hit })
		}
	}
	files := make(map[string]*File)
	for _, at := range slices.SortedFunc(maps.Keys(hits), before) {
		f := files[at.File]
		if f == nil {
			f = &File{Name: at.File}
			files[at.File] = f
		}
		f.Places++
		if hits[at] {
			f.Covered++
		} else {
			f.Missed = append(f.Missed, at)
		}
	}
	list := make([]File, 0, len(files))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, *files[name])
	}
	return list
}

func before(a, b engine.Position) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
