// Package nearest finds what a person who made a typo probably meant.
package nearest

import "strings"

// Name is the valid name that is closest to word by edit distance, ignoring case, or "" when none is close enough to be
// what was meant. Of equally close names the first wins.
func Name(word string, valid []string) string {
	best, least := "", 1+max(1, len(word)/3)
	for _, name := range valid {
		if d := distance(strings.ToLower(word), strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b.
func distance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			next[j+1] = min(next[j]+1, row[j+1]+1)
			switch {
			case a[i] == b[j]:
				next[j+1] = min(next[j+1], row[j])
			case i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j]:
				next[j+1] = min(next[j+1], row[j]+1, before[j-1]+1)
			default:
				next[j+1] = min(next[j+1], row[j]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
