package loop

import (
	"fmt"
	"testing"
	"time"
)

func TestCounters(t *testing.T) {
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	var c Counters
	if got := c.Get("a", start); got != 0 {
		t.Errorf("unknown = %v", got)
	}
	c.Add(map[string]float64{"a": 2, "b": -1}, start)
	c.Add(map[string]float64{"a": 0.5}, start.Add(time.Hour))
	if a, b := c.Get("a", start.Add(time.Hour)), c.Get("b", start.Add(time.Hour)); a != 2.5 || b != -1 {
		t.Errorf("a = %v, b = %v", a, b)
	}
	if got := c.Get("b", start.Add(counterLife)); got != 0 {
		t.Errorf("expired = %v", got)
	}
	c.Add(map[string]float64{"b": 3}, start.Add(counterLife))
	if got := c.Get("b", start.Add(counterLife)); got != 3 {
		t.Errorf("after expiry it goes on from %v", got-3)
	}
}

func TestCountersAreBounded(t *testing.T) {
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	var c Counters
	for i := range maxCounters + 10 {
		c.Add(map[string]float64{fmt.Sprint(i): 1}, start.Add(time.Duration(i)))
	}
	now := start.Add(time.Minute)
	if n := len(c.counts); n > maxCounters || c.Get("0", now) != 0 || c.Get(fmt.Sprint(maxCounters+9), now) != 1 {
		t.Errorf("%d counters; oldest %v, newest %v", n, c.Get("0", now), c.Get(fmt.Sprint(maxCounters+9), now))
	}
}
