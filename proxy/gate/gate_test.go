package gate

import (
	"testing"
	"time"
)

func TestCallsOutOfTurnDoNothing(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		p := b.enter(opus, Visit{})
		p.Commit(time.Second)
		p.Commit(time.Second)
		p.Fail(Failure{Kind: Overload})
		if h := b.Health(opus); h.InFlight != 1 || h.Overloads != 0 || h.ErrorRate != 0 {
			t.Errorf("%+v", h)
		}
		p.Release()
		p.Release()
		p.Commit(time.Second)
		p.Fail(Failure{Kind: Overload})
		failed := b.enter(opus, Visit{})
		failed.Fail(Failure{Kind: Overload})
		failed.Commit(time.Second)
		failed.Fail(Failure{Kind: Overload})
		failed.Release()
		if h := b.Health(opus); h.InFlight != 0 || h.Overloads != 1 || h.ErrorRate != 0.5 {
			t.Errorf("%+v", h)
		}
	})
}

func TestOverloadsAreConsecutive(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		for range 3 {
			b.enter(opus, Visit{}).Fail(Failure{Kind: Overload})
		}
		b.enter(opus, Visit{}).Fail(Failure{Kind: RequestFault})
		b.enter(opus, Visit{}).Release()
		if h := b.Health(opus); h.Overloads != 3 || h.ErrorRate != 0.75 {
			t.Errorf("%+v", h)
		}
		b.serveWell(opus)
		if h := b.Health(opus); h.Overloads != 0 || h.ErrorRate != 0.6 {
			t.Errorf("%+v", h)
		}
	})
}

func TestIdleGatesAreEvicted(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		busy := b.enter(opus, Visit{})
		b.Pause(haiku, time.Hour, Cause{})
		due := Key{"claude", "due for its probe"}
		b.Pause(due, time.Nanosecond, Cause{})
		for i := range maxGates + 200 {
			pass(time.Millisecond)
			b.serveWell(Key{"claude", string(rune('a' + i))})
		}
		if n := len(b.gates); n != maxGates {
			t.Errorf("%d gates", n)
		}
		if b.Health(opus).InFlight != 1 || !b.Health(haiku).Paused || b.gates[due] == nil {
			t.Error("a gate in use was evicted")
		}
		for i := range maxGates + 200 { // they all wait for their probes, and some must go
			pass(time.Millisecond)
			b.Pause(Key{"claude", string(rune('a' + i))}, time.Nanosecond, Cause{})
		}
		if n := len(b.gates); n != maxGates {
			t.Errorf("%d gates that wait for their probes", n)
		}
		busy.Release()
	})
}
