package gate

import (
	"testing"
	"time"

	"spillway/engine"
)

func (b rig) keys(order Order, names ...string) { b.Credentials("claude", names, order) }

// sentWith admits a request and gives its permit, if it has this key.
func (b rig) sentWith(k Key, name string, tried ...string) *Permit {
	b.Helper()
	p := b.enter(k, Visit{Tried: tried})
	if p.Key() != name {
		b.Fatalf("sent with %q, want %q", p.Key(), name)
	}
	return p
}

func (p *Permit) failFor(b Bench) {
	p.Bench(b)
	p.Fail(Failure{Kind: TargetFault})
}

func TestLeastLoadedKeyIsChosen(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.keys(LeastLoaded, "a", "b", "c")
		first := b.sentWith(opus, "a")
		b.sentWith(haiku, "b").Release()
		b.sentWith(opus, "c") // unused for longer than b
		b.sentWith(opus, "b").Release()
		first.Release()
		b.sentWith(opus, "a")
		b.sentWith(opus, "c", "b") // a and c are busier, but b has failed this request
	})
}

func TestKeysInOrder(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.keys(InOrder, "a", "b")
		b.sentWith(opus, "a")
		b.sentWith(opus, "a").failFor(Bench{For: time.Minute, Reason: engine.ReasonRateLimit})
		b.sentWith(opus, "b").Release()
		b.sentWith(haiku, "a").Release() // the limit is opus's
		b.sentWith(haiku, "b", "a").Release()
		pass(time.Minute)
		b.sentWith(opus, "a")
	})
}

func TestAWholeBenchIsForAllModels(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.keys(InOrder, "a", "b")
		b.sentWith(opus, "a").failFor(Bench{Whole: true, For: time.Hour, Reason: engine.ReasonSpendLimit})
		b.sentWith(haiku, "b")
		b.sentWith(Key{"claude", "new"}, "b")
	})
}

func TestAGateWithoutAUsableKeyIsClosed(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.keys(InOrder, "a", "b")
		b.sentWith(opus, "a").failFor(Bench{For: time.Minute, Reason: engine.ReasonRateLimit})
		if h := b.Health(opus); h.Paused {
			t.Errorf("one key is left: %+v", h)
		}
		b.sentWith(opus, "b").failFor(Bench{For: 30 * time.Second, Reason: engine.ReasonRateLimit})
		if h := b.Health(opus); !h.Paused || h.PausedFor != 30*time.Second {
			t.Errorf("none is: %+v", h)
		}
		if r := b.refused(opus, Visit{}, engine.ReasonPaused); r.OpensIn != 30*time.Second {
			t.Errorf("%+v", r)
		}
		if opens, ok := b.OpensIn([]Key{opus}); !ok || opens != 30*time.Second {
			t.Errorf("opens in %s", opens)
		}
		states := b.States()
		if len(states) != 1 || states[0].Phase != Paused || !states[0].Cause.Keys || states[0].Until.Sub(b.epoch) != 30*time.Second ||
			states[0].Cause.Because != "no key may be used (a: rate_limit, b: rate_limit)" {
			t.Errorf("%+v", states)
		}
		b.sentWith(haiku, "a").Release()

		since := time.Now()
		waited := b.enter(opus, Visit{Queue: time.Minute}) // stands in line until b is back
		if waited.Key() != "b" || time.Since(since) != 30*time.Second {
			t.Errorf("sent with %s after %s", waited.Key(), time.Since(since))
		}
		b.refused(opus, Visit{}, engine.ReasonQueueFull) // it opens gradually: one first
		waited.Commit(time.Second)
		b.enter(opus, Visit{}).Release()
		waited.Release()
	})
}

func TestAKeyThatIsNoneClosesUntilTheConfigurationChanges(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.keys(LeastLoaded, "a")
		p := b.sentWith(opus, "a")
		if !p.Bench(Bench{Whole: true, Reason: engine.ReasonAuth}) || p.Bench(Bench{Whole: true, Reason: engine.ReasonAuth}) {
			t.Error("it is news once")
		}
		p.Fail(Failure{Kind: RequestFault})
		pass(100 * time.Hour)
		for _, k := range []Key{opus, haiku, claude} {
			if h := b.Health(k); !h.Paused || h.PausedFor != longestPause {
				t.Errorf("%v: %+v", k, h)
			}
		}
		for _, s := range b.States() {
			if !s.Until.IsZero() || s.Phase != Paused {
				t.Errorf("%+v", s)
			}
		}
		b.Forgive("claude", "", true)
		b.serveWell(opus)
	})
}

func TestNewKeysServeThoseInLine(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.keys(LeastLoaded, "a")
		b.sentWith(opus, "a").failFor(Bench{Whole: true, For: time.Hour, Reason: engine.ReasonSpendLimit})
		served := make(chan string)
		go func() { served <- b.enter(opus, Visit{Queue: 2 * time.Hour}).Key() }()
		pass(time.Minute)
		b.keys(LeastLoaded, "a", "b")
		if key := <-served; key != "b" {
			t.Errorf("served with %s", key)
		}
		if got := b.CredentialsOf("claude"); len(got) != 2 || len(got[0].Benches) != 1 || got[0].Sends != 1 || len(got[1].Benches) != 0 {
			t.Errorf("what was known is not: %+v", got)
		}
	})
}

func TestWhatIsKnownOfKeys(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.keys(LeastLoaded, "a", "b")
		p := b.sentWith(opus, "a")
		if n, proven := p.Refused(); n != 1 || proven {
			t.Errorf("%d refusals, proven %v", n, proven)
		}
		if !p.OtherKey(nil) || p.OtherKey([]string{"b"}) {
			t.Error("b is another key, unless it was tried")
		}
		p.Commit(0)
		p.Release()
		q := b.sentWith(opus, "a", "b")
		if n, proven := q.Refused(); n != 1 || !proven {
			t.Errorf("%d refusals, proven %v", n, proven)
		}
		b.sentWith(opus, "b").failFor(Bench{For: time.Minute})
		if q.OtherKey(nil) {
			t.Error("b is benched")
		}
		if b.Credential("claude") != "b" || b.Credential("gpt") != "" {
			t.Error("b is idle, and benched for opus alone")
		}
		q.Release()
		if got := b.CredentialsOf("claude"); got[0].InFlight != 0 || got[0].Sends != 2 || got[1].Benches[0].Model != "opus" {
			t.Errorf("%+v", got)
		}
		b.Credentials("claude", nil, LeastLoaded)
		if got := b.enter(opus, Visit{}).Key(); got != "" {
			t.Errorf("a target without keys sends %q", got)
		}
	})
}

func TestAChangedConfigurationForgivesOnlyWhatItMayHaveMended(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.keys(InOrder, "a", "b")
		b.sentWith(opus, "a").failFor(Bench{Whole: true, For: time.Hour, Reason: engine.ReasonSpendLimit})
		b.sentWith(opus, "b").failFor(Bench{Whole: true, Reason: engine.ReasonAuth})
		b.Forgive("claude", "", true)
		b.sentWith(opus, "b").Release()
		b.Forgive("claude", "a", false)
		b.sentWith(opus, "a").Release()
	})
}

func TestABenchIsNeverShortened(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.keys(LeastLoaded, "a")
		p, q := b.enter(opus, Visit{}), b.enter(opus, Visit{})
		p.failFor(Bench{For: time.Hour})
		q.failFor(Bench{For: time.Minute})
		if h := b.Health(opus); h.PausedFor != time.Hour {
			t.Errorf("%+v", h)
		}
		if got := b.CredentialsOf("claude")[0].Benches; len(got) != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestOneKeyAllocatesNoMore(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		visit := Visit{}
		count := func() float64 { return testing.AllocsPerRun(100, func() { b.enter(opus, visit).Release() }) }
		without := count()
		b.keys(LeastLoaded, "a")
		if with := count(); with != without {
			t.Errorf("%v allocations with a key, %v without", with, without)
		}
	})
}
