package gate

import (
	"testing"
	"time"

	"spillway/engine"
)

func TestRequestsWithoutAModel(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		p := b.enter(claude, Visit{})
		b.enter(opus, Visit{}).Fail(Failure{Kind: Overload})
		if h := b.Health(claude); h.Overloads != 1 {
			t.Errorf("not the worst gate: %+v", h)
		}
		b.Pause(claude, time.Minute, Cause{})
		b.refused(claude, Visit{}, engine.ReasonPaused)
		s := b.States()
		if len(s) != 3 || s[0].Key != claude || !s[0].Whole || s[1].Key != claude || s[1].Whole || s[2].Key != opus {
			t.Errorf("%+v", s)
		}
		p.Release()
	})
}

func TestStates(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		at := engine.Position{File: "overload.ts", Line: 7, Column: 5}
		b.serveWell(haiku)
		b.Pause(opus, time.Minute, Cause{Policy: "overload", At: at, RequestID: "r1"})
		states := b.States()
		if len(states) != 2 || states[0].Key != haiku || states[1].Key != opus {
			t.Fatalf("%+v", states)
		}
		if s := states[0]; s.Phase != Open || !s.Until.IsZero() || s.RetriesLeft != budgetFloor {
			t.Errorf("%+v", s)
		}
		if s := states[1]; s.Phase != Paused || !s.Until.Equal(time.Now().Add(time.Minute)) || s.Cause.At != at {
			t.Errorf("%+v", s)
		}
		pass(time.Minute)
		probe := b.enter(opus, Visit{})
		if s := b.States()[1]; s.Phase != Probing || !s.Until.IsZero() {
			t.Errorf("%+v", s)
		}
		probe.Commit(0)
		if s := b.States()[1]; s.Phase != Releasing || s.Cause != (Cause{}) {
			t.Errorf("%+v", s)
		}
		b.Pause(claude, time.Hour, Cause{Operator: true})
		if s := b.States(); len(s) != 3 || s[0].Key != claude || s[0].Health.InFlight != 1 || !s[2].Cause.Operator {
			t.Errorf("%+v", s)
		}
	})
}

func TestOpensIn(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		if d, ok := b.OpensIn(nil); ok {
			t.Errorf("no keys open in %s", d)
		}
		b.Pause(opus, time.Minute, Cause{})
		b.Pause(Key{Target: "gpt"}, 20*time.Second, Cause{})
		keys := []Key{opus, {"gpt", "5"}}
		if d, ok := b.OpensIn(keys); !ok || d != 20*time.Second {
			t.Errorf("%s, %v", d, ok)
		}
		pass(20 * time.Second)
		if d, _ := b.OpensIn(keys); d != 0 {
			t.Errorf("due in %s", d)
		}
		b.enter(keys[1], Visit{})
		if d, _ := b.OpensIn(keys); d != probeGuess {
			t.Errorf("probing, in %s", d)
		}
		if d, _ := b.OpensIn(append(keys, Key{"new", "model"})); d != 0 {
			t.Errorf("a gate at rest opens in %s", d)
		}
	})
}

func TestHealthOfNothing(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		want := engine.Health{Limit: defaultConcurrency}
		if h := b.Health(opus); h != want {
			t.Errorf("%+v", h)
		}
		says := func(n int) func() engine.RateLimits {
			return func() engine.RateLimits { return engine.RateLimits{Tokens: engine.Allowance{Limit: n}} }
		}
		b.RateLimits(opus, says(1))
		if len(b.gates)+len(b.targets) != 0 {
			t.Error("asking made a gate")
		}
		b.serveWell(opus)
		b.RateLimits(opus, says(1))
		b.RateLimits(opus, says(2)) // within the same second
		if h := b.Health(opus); h.RateLimits.Tokens.Limit != 1 || h.P50 < 930*time.Millisecond || h.P95 > 1070*time.Millisecond {
			t.Errorf("%+v", h)
		}
	})
}
