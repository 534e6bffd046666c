package rawjson

import "slices"

// Splice replaces the bytes From up to To by With; an empty With cuts them out.
type Splice struct {
	From, To int
	With     []byte
}

// Apply appends b to dst with the splices made; they must not overlap, in any order. It makes one allocation at most.
func Apply(dst, b []byte, splices []Splice) []byte {
	slices.SortFunc(splices, func(x, y Splice) int { return x.From - y.From })
	size := len(b)
	for _, s := range splices {
		size += len(s.With) - (s.To - s.From)
	}
	dst = slices.Grow(dst, size)
	at := 0
	for _, s := range splices {
		dst = append(append(dst, b[at:s.From]...), s.With...)
		at = s.To
	}
	return append(dst, b[at:]...)
}

// Offset is where part, which must be a part of whole's memory, begins in it.
func Offset(whole, part []byte) int {
	return cap(whole) - cap(part)
}
