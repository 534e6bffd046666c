package gate

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
	var h histogram
	if q := h.quantile(0.5); q != 0 {
		t.Errorf("of nothing: %s", q)
	}
	for ms := range 1000 {
		h.record(time.Duration(ms+1) * time.Millisecond)
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 500, 0.95: 950, 1: 1000} {
		got := h.quantile(q).Seconds() * 1000
		if math.Abs(got-want) > max(1, 0.07*want) {
			t.Errorf("quantile %g is %g ms, want about %g", q, got, want)
		}
	}
}

func TestAWindowForgets(t *testing.T) {
	var w window
	w.commit(0, time.Second)
	w.leave(0, 4*time.Second)
	w.fail(30*time.Second, Overload)
	w.leave(30*time.Second, 2*time.Second)
	for _, c := range []struct {
		now  instant
		rate float64
		stay time.Duration
		p50  bool
	}{
		{30 * time.Second, 0.5, 3 * time.Second, true},
		{59 * time.Second, 0.5, 3 * time.Second, true},
		{60 * time.Second, 1, 2 * time.Second, false},
		{90 * time.Second, 0, 0, false},
		{time.Hour, 0, 0, false},
	} {
		p50, p95 := w.percentiles(c.now)
		if rate := w.errorRate(c.now); rate != c.rate || w.stay(c.now) != c.stay || (p50 > 0) != c.p50 || (p95 > 0) != c.p50 {
			t.Errorf("at %s: rate %g, stay %s, p50 %s, p95 %s", c.now, rate, w.stay(c.now), p50, p95)
		}
	}
}
