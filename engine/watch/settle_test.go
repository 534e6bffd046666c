package watch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

func TestABurstIsLookedAtWhenItSettles(t *testing.T) {
	ms := time.Millisecond
	cases := map[string]struct {
		events []time.Duration // when something happens to a watched file
		noise  []time.Duration // when something happens to its neighbour
		lost   []time.Duration // when the event queue overflows
		want   time.Duration   // when settle returns
	}{
		"one event":                  {events: []time.Duration{5 * ms}, want: 35 * ms},
		"a few":                      {events: []time.Duration{0, 20 * ms, 40 * ms}, want: 70 * ms},
		"an endless burst":           {events: every(10*ms, 50), want: 100 * ms},
		"a burst after a long rest":  {events: []time.Duration{time.Hour, time.Hour + 10*ms}, want: time.Hour + 40*ms},
		"neighbours start nothing":   {noise: every(10*ms, 50), events: []time.Duration{300 * ms}, want: 330 * ms},
		"neighbours prolong nothing": {events: []time.Duration{0}, noise: every(10*ms, 50), want: 30 * ms},
		"an overflow is an event":    {lost: []time.Duration{7 * ms}, want: 37 * ms},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				events, errors, done := make(chan fsnotify.Event), make(chan error), make(chan struct{})
				n := &net{events: events, errors: errors, names: map[string]map[string]bool{"/etc": {"spillway.yaml": true}}}
				start := time.Now()
				at := func(times []time.Duration, do func()) {
					for _, d := range times {
						time.AfterFunc(time.Until(start.Add(d)), do)
					}
				}
				send := func(path string) func() {
					return func() {
						select {
						case events <- fsnotify.Event{Name: path}:
						case <-done:
						}
					}
				}
				at(c.events, send("/etc/spillway.yaml"))
				at(c.noise, send("/etc/passwd"))
				at(c.lost, func() { errors <- fsnotify.ErrEventOverflow })
				if !n.settle(nil) {
					t.Error("settle gave up")
				}
				if got := time.Since(start); got != c.want {
					t.Errorf("settled after %v, want %v", got, c.want)
				}
				close(done)
			})
		})
	}
}

func TestStopEndsWaitingAndSettling(t *testing.T) {
	for _, events := range []int{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			queue, stop := make(chan fsnotify.Event, 1), make(chan struct{})
			for range events {
				queue <- fsnotify.Event{Name: "/etc/spillway.yaml"}
			}
			n := &net{events: queue, names: map[string]map[string]bool{"/etc": nil}}
			time.AfterFunc(time.Millisecond, func() { close(stop) })
			if n.settle(stop) {
				t.Errorf("with %d events, settle ignored stop", events)
			}
		})
	}
}

// every is n moments, d apart.
func every(d time.Duration, n int) []time.Duration {
	times := make([]time.Duration, n)
	for i := range times {
		times[i] = time.Duration(i) * d
	}
	return times
}
