package gate

import (
	"testing"
	"testing/synctest"
	"time"

	"spillway/engine"
)

func TestTheLimitShrinksOncePerRoundTripToAShareOfWhatIsInFlight(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		visit := Visit{MaxConcurrency: 100}
		round := func(n int) (limits []int) {
			var ps []*Permit
			for range n {
				ps = append(ps, b.enter(opus, visit))
			}
			pass(time.Second)
			for _, p := range ps {
				p.Fail(Failure{Kind: Overload})
				limits = append(limits, b.Health(opus).Limit)
			}
			return limits
		}
		// Of 20 in flight two are answered when the third tells that the target is full: 18 are left.
		if got := round(20); got[1] != 100 || got[2] != 12 || got[19] != 12 {
			t.Errorf("limits in the first round trip: %v", got)
		}
		if n := b.Health(opus).Overloads; n != full {
			t.Errorf("%d overloads in a row, want those that told something: %d", n, full)
		}
		if got := round(12); got[0] != 8 || got[11] != 8 {
			t.Errorf("limits in the second: %v", got)
		}
		for range 100 {
			round(1)
		}
		if h := b.Health(opus); h.Limit != 1 {
			t.Errorf("limit %d, want 1", h.Limit)
		}
	})
}

func TestOverloadsWithSuccessesBetweenDoNotShrinkTheLimit(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		for range 100 {
			b.serveWell(opus)
			for range full - 1 {
				b.enter(opus, Visit{}).Fail(Failure{Kind: Overload})
			}
		}
		if h := b.Health(opus); h.Limit != defaultConcurrency {
			t.Errorf("limit %d", h.Limit)
		}
	})
}

func TestATargetThatRefusesEverythingGetsLessEachRoundTrip(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		var ps []*Permit
		for n := range 10 {
			for range 200 {
				if p, _ := b.Enter(opus, Visit{}); p != nil {
					ps = append(ps, p)
				}
			}
			if n > 7 && len(ps) > 20 {
				t.Errorf("round trip %d makes %d sends", n+1, len(ps))
			}
			pass(time.Second)
			for _, p := range ps {
				p.Fail(Failure{Kind: Overload})
			}
			ps = ps[:0]
		}
	})
}

func TestOnlyOverloadsShrinkTheLimit(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		for _, k := range []FailureKind{TargetFault, RequestFault, ClientGone} {
			b.enter(opus, Visit{}).Fail(Failure{Kind: k})
		}
		if h := b.Health(opus); h.Limit != defaultConcurrency {
			t.Errorf("limit %d", h.Limit)
		}
	})
}

func TestTheLimitGrowsByASixteenthEachRoundTripAndDoublesAfterACalm(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		visit := Visit{MaxConcurrency: 200}
		round := func() int {
			var ps []*Permit
			for range b.Health(opus).Limit {
				ps = append(ps, b.enter(opus, visit))
			}
			b.refused(opus, visit, engine.ReasonQueueFull)
			for _, p := range ps {
				p.Commit(time.Second)
				p.Release()
			}
			return b.Health(opus).Limit
		}
		var ps []*Permit
		for range 68 { // with the one that tells, 69: 48 are left
			ps = append(ps, b.enter(opus, visit))
		}
		for range full {
			b.enter(opus, visit).Fail(Failure{Kind: Overload})
		}
		for _, p := range ps {
			p.Release()
		}
		for i, want := range [...]int{51, 54, 57} {
			if got := round(); got != want {
				t.Fatalf("limit %d after %d good rounds from 48, want %d", got, i+1, want)
			}
		}
		pass(calm)
		if got := round(); got != 2*57 {
			t.Errorf("limit %d after a calm, want %d", got, 2*57)
		}
		for range 10 {
			round()
		}
		if h := b.Health(opus); h.Limit != 200 {
			t.Errorf("limit %d, want its ceiling", h.Limit)
		}
	})
}

func TestARampEndsShortOfWhatWasInFlight(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		var ps []*Permit
		for range 40 {
			ps = append(ps, b.enter(opus, Visit{}))
		}
		for _, p := range ps {
			p.Release()
		}
		b.Pause(opus, time.Second, Cause{})
		pass(time.Second)
		for range 34 { // 0.85 of 40
			b.serveWell(opus)
		}
		if h := b.Health(opus); h.Limit != 34 {
			t.Fatalf("limit %d after as many successes", h.Limit)
		}
		for range 16 {
			b.serveWell(opus)
		}
		if h := b.Health(opus); h.Limit != 35 {
			t.Errorf("limit %d after 16 more", h.Limit)
		}
	})
}

func TestLongStreamsDoNotStallAShrunkenGate(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		visit := Visit{MaxConcurrency: 64}
		var streams []*Permit
		for range 40 {
			p := b.enter(opus, visit)
			p.Commit(time.Second)
			streams = append(streams, p)
		}
		for range 20 {
			b.enter(opus, visit).Fail(Failure{Kind: Overload})
		}
		if h := b.Health(opus); h.Limit != 41 {
			t.Errorf("limit %d with 40 streams", h.Limit)
		}
		b.Pause(opus, time.Second, Cause{})
		pass(time.Second)
		probe := b.enter(opus, visit)
		b.refused(opus, visit, engine.ReasonPaused)
		probe.Commit(time.Second)
		next := b.enter(opus, visit)
		b.refused(opus, visit, engine.ReasonQueueFull)
		for _, p := range append(streams, probe, next) {
			p.Release()
		}
		if h := b.Health(opus); h.InFlight != 0 || h.Limit != 2 {
			t.Errorf("streams from before the pause gave their places to the ramp: %+v", h)
		}
	})
}

func TestAMovedCeiling(t *testing.T) {
	l := newLimit()
	for _, c := range []struct {
		ceiling int
		want    float64
	}{{64, 64}, {16, 16}, {100, 100}, {0, defaultConcurrency}, {-5, defaultConcurrency}, {1, 1}} {
		if l.cap(c.ceiling); l.size != c.want || l.threshold != c.want {
			t.Errorf("ceiling %d: size %g, threshold %g", c.ceiling, l.size, l.threshold)
		}
	}
	l.cap(100)
	l.shrink(overload{inARow: full, inFlight: 100})
	if l.cap(200); l.size != 70 {
		t.Errorf("a higher ceiling moved a shrunken limit to %g", l.size)
	}
}

func TestAFullGateAdmitsFromTheLineAsPlacesBecomeFree(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		visit := Visit{MaxConcurrency: 2, Queue: time.Minute}
		first, second := b.enter(opus, visit), b.enter(opus, visit)
		admitted := make(chan time.Duration, 2)
		began := time.Now()
		for range 2 {
			go func() {
				p := b.enter(opus, visit)
				admitted <- time.Since(began)
				p.Commit(0)
			}()
		}
		pass(3 * time.Second)
		first.Fail(Failure{Kind: ClientGone})
		pass(3 * time.Second)
		second.Commit(0)
		second.Release()
		synctest.Wait()
		if a, c := <-admitted, <-admitted; a != 3*time.Second || c != 6*time.Second {
			t.Errorf("admitted after %s and %s", a, c)
		}
	})
}

func TestFailedProbesDoNotSlowTheRamp(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.Pause(opus, time.Second, Cause{})
		for range 5 {
			pass(time.Second)
			b.enter(opus, Visit{}).Fail(Failure{Kind: Overload})
		}
		pass(time.Second)
		for i := range 10 {
			b.serveWell(opus)
			if h := b.Health(opus); h.Limit != i+2 {
				t.Fatalf("limit %d after %d successes", h.Limit, i+1)
			}
		}
	})
}

func TestARaisedCeilingLetsTheLineGoFirst(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		holder := b.enter(opus, Visit{MaxConcurrency: 1})
		admitted := make(chan *Permit, 1)
		go func() { admitted <- b.enter(opus, Visit{MaxConcurrency: 1, Queue: time.Minute}) }()
		synctest.Wait()
		b.refused(opus, Visit{MaxConcurrency: 2}, engine.ReasonQueueFull)
		(<-admitted).Release()
		holder.Release()
	})
}
