package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"spillway/proxy/clock"
)

func TestSignalHappensOnce(t *testing.T) {
	var s clock.Signal
	ran := 0
	s.OnFire(func() { ran++ })
	taken := s.OnFire(func() { t.Error("a function that was taken back ran") })
	taken()
	s.Fire()
	s.Fire()
	if ran != 1 || !s.Fired() {
		t.Errorf("ran %d times, fired %v", ran, s.Fired())
	}
	s.OnFire(func() { ran++ })
	if ran != 2 {
		t.Error("what comes late does not run at once")
	}
	if (*clock.Signal)(nil).Fired() {
		t.Error("nothing fired")
	}
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clock.Real
		var first, second clock.Signal
		began := c.Now()
		if got := c.Wait(time.Minute, &first, nil, &second); got != -1 || c.Now().Sub(began) != time.Minute {
			t.Errorf("a wait without a signal: %d after %s", got, c.Now().Sub(began))
		}
		c.AfterFunc(time.Second, second.Fire)
		if got := c.Wait(clock.Forever, &first, &second); got != 1 || c.Now().Sub(began) != time.Minute+time.Second {
			t.Errorf("a wait for the second: %d after %s", got, c.Now().Sub(began))
		}
		first.Fire()
		if got := c.Wait(0, &first, &second); got != 0 {
			t.Errorf("of two that fired: %d", got)
		}
		if got := c.Wait(-time.Second); got != -1 {
			t.Errorf("a look at nothing: %d", got)
		}
		stop := c.AfterFunc(time.Second, func() { t.Error("a stopped function ran") })
		stop()
		c.Wait(time.Minute)
	})
}
