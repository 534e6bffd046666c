//go:build purego

package rawjson

import (
	"math"
	"unicode/utf8"
)

// vectorFrom is never reached: without machine code that is made at run time nothing is skipped by vectors.
const vectorFrom = math.MaxInt

func skipLarge([]byte, int) int { return 0 }

// ValidText says whether b is UTF-8.
func ValidText(b []byte) bool { return utf8.Valid(b) }
