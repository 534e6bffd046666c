// Package latency counts durations in little space.
package latency

import (
	"math/bits"
	"time"
)

const (
	stepBits = 3                // eight steps to each doubling: a latency is kept to within 7 %
	steps    = 1 << stepBits    //
	buckets  = steps * (22 - 2) // up to 2^22 ms, over an hour
)

// Histogram counts durations, in milliseconds, on a scale that is linear at first and then logarithmic, as in
// HdrHistogram: each is kept to within 7 %. The zero value is empty. It is not safe for concurrent use.
type Histogram [buckets]uint32

// Record counts d.
func (h *Histogram) Record(d time.Duration) { h[bucket(d)]++ }

// Add counts all that other has counted.
func (h *Histogram) Add(other *Histogram) {
	for i, n := range other {
		h[i] += n
	}
}

// Quantile is the duration that a share q of those recorded do not exceed; 0 when none was.
func (h *Histogram) Quantile(q float64) time.Duration {
	var total uint64
	for _, n := range h {
		total += uint64(n)
	}
	left := int64(q*float64(total-min(total, 1))) + 1
	for i, n := range h {
		if left -= int64(n); left <= 0 {
			return middle(i)
		}
	}
	return 0
}

// bucket is the index of the bucket for d.
func bucket(d time.Duration) int {
	ms := uint64(max(0, d.Milliseconds()))
	octave := max(0, bits.Len64(ms)-stepBits-1)
	return min(octave*steps+int(ms>>octave), buckets-1)
}

// middle is the middle of a bucket.
func middle(i int) time.Duration {
	octave := max(0, i/steps-1)
	low := time.Duration(i-octave*steps) << octave * time.Millisecond
	return low + time.Millisecond<<octave/2
}
