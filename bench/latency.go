package main

import (
	"math/bits"
	"time"
)

// latencies counts durations in buckets that are at most 1/64 of their value wide, without allocating. The zero value
// is ready for use; it is not safe for concurrent use.
type latencies struct {
	buckets [34 * 64]uint32
	total   int
}

// add counts one duration; negative ones count as 0, more than nine minutes as nine.
func (l *latencies) add(d time.Duration) {
	l.buckets[min(bucket(uint64(max(d, 0))), len(l.buckets)-1)]++
	l.total++
}

// bucket is the value itself below 128, and above it the value's leading seven bits and its magnitude.
func bucket(ns uint64) int {
	shift := max(bits.Len64(ns)-7, 0)
	return shift*64 + int(ns>>shift)
}

// lowest is the least duration that falls into a bucket.
func lowest(bucket int) time.Duration {
	shift := max(bucket/64-1, 0)
	return time.Duration(bucket-shift*64) << shift
}

// merge adds everything that other has counted.
func (l *latencies) merge(other *latencies) {
	for i, n := range other.buckets {
		l.buckets[i] += n
	}
	l.total += other.total
}

// quantile is the duration that a share q of those counted does not exceed; 0 when nothing was counted.
func (l *latencies) quantile(q float64) time.Duration {
	rank, seen := int(q*float64(l.total)), 0
	for i, n := range l.buckets {
		if seen += int(n); seen > rank {
			return lowest(i)
		}
	}
	return 0
}
