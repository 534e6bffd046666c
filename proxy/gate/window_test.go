package gate

import (
	"testing"
	"time"
)

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
