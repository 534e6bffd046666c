package loop_test

import (
	"testing"
	"time"
)

// The limit finds out by itself what a target can bear: a few refusals tell, and no client is lost over them.
func TestAStormOverWhatATargetBears(t *testing.T) {
	lots := dice()
	for name, c := range map[string]struct {
		full  func(since time.Duration, inFlight int) bool
		share float64 // of what so many clients ask for, at least, is served
	}{
		"room for 60":          {func(_ time.Duration, inFlight int) bool { return inFlight >= 60 }, 0.62},
		"one in fifty, by lot": {func(time.Duration, int) bool { return lots.IntN(50) == 0 }, 0.9},
		"room for 100, and down for 5 s": {func(since time.Duration, inFlight int) bool {
			return inFlight >= 100 || since >= 20*time.Second && since < 25*time.Second
		}, 0.55},
	} {
		t.Run(name, func(t *testing.T) {
			only := &stormTarget{name: "a", full: c.full}
			s := &storm{patience: 10 * time.Minute, lasts: 2 * time.Minute, targets: []*stormTarget{only}}
			s.blow(t)

			asked := clients / (thinks/2 + ends).Seconds() * s.lasts.Seconds()
			served, vain := s.count(wasServed), only.count(0, s.lasts, true)
			t.Logf(name+": %d served of about %.0f, %d sends in vain, ended %s", served, asked, vain, s.results[len(s.results)-1].ended)
			if float64(served) < c.share*asked {
				t.Errorf("%d served of about %.0f", served, asked)
			}
			if float64(vain) > 0.2*float64(served) {
				t.Errorf("%d sends in vain for %d served", vain, served)
			}
		})
	}
}
