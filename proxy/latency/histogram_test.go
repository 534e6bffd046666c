package latency

import (
	"math"
	"testing"
	"time"
)

func TestBucketsAreContiguousAndNarrow(t *testing.T) {
	last := 0
	for ms := range 2_000_000 {
		d := time.Duration(ms) * time.Millisecond
		i := bucket(d)
		if i != last && i != last+1 {
			t.Fatalf("%d ms: bucket %d after %d", ms, i, last)
		}
		last = i
		if off := math.Abs(float64(middle(i)-d)) / float64(max(d, 8*time.Millisecond)); off > 0.07 {
			t.Fatalf("%d ms: bucket %d is %s, %.0f %% off", ms, i, middle(i), 100*off)
		}
	}
	for _, d := range []time.Duration{-time.Hour, math.MinInt64, math.MaxInt64} {
		if i := bucket(d); i < 0 || i >= buckets {
			t.Errorf("%s: bucket %d", d, i)
		}
	}
}

func TestQuantiles(t *testing.T) {
	var h Histogram
	if q := h.Quantile(0.5); q != 0 {
		t.Errorf("of nothing: %s", q)
	}
	for ms := range 1000 {
		h.Record(time.Duration(ms+1) * time.Millisecond)
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 500, 0.95: 950, 1: 1000} {
		got := h.Quantile(q).Seconds() * 1000
		if math.Abs(got-want) > max(1, 0.07*want) {
			t.Errorf("quantile %g is %g ms, want about %g", q, got, want)
		}
	}
}
