package gate

import (
	"testing"
	"testing/synctest"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
)

var (
	opus   = Key{Target: "claude", Model: "opus"}
	haiku  = Key{Target: "claude", Model: "haiku"}
	claude = Key{Target: "claude"}
)

// bench is a set of gates on synctest's clock, with short words for what tests do.
type bench struct {
	*testing.T
	*Gates
}

func virtual(t *testing.T, s Settings, f func(b bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := bench{T: t, Gates: New(clock.Real{}, s)}
		f(b)
		synctest.Wait()
		b.check()
	})
}

var roomy = Settings{QueueRequests: 10_000, QueueTokens: 1_000_000_000, RetryBudget: 0.2}

func pass(d time.Duration) { clock.Real{}.Wait(d) }

func (b bench) enter(k Key, v Visit) *Permit {
	b.Helper()
	p, r := b.Enter(k, v)
	if r != nil {
		b.Fatalf("refused: %+v", *r)
	}
	return p
}

func (b bench) refused(k Key, v Visit, want engine.Reason) *Refusal {
	b.Helper()
	p, r := b.Enter(k, v)
	if p != nil {
		b.Fatalf("admitted, want %s", want)
	}
	if r.Reason != want {
		b.Fatalf("refused for %q (%s), want %q", r.Reason, r.Message, want)
	}
	return r
}

func (b bench) serveWell(k Key) {
	b.Helper()
	p := b.enter(k, Visit{})
	p.Commit(time.Second)
	p.Release()
}

// check holds the gates against what must always be true of them.
func (b bench) check() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	requests, tokens := 0, 0
	for _, gt := range b.gates {
		requests += gt.line.requests
		tokens += gt.line.tokens
		if gt.answering < 0 || gt.fresh < gt.answering || gt.inFlight < gt.fresh {
			b.Errorf("%v: in flight %d, fresh %d, answering %d", gt.key, gt.inFlight, gt.fresh, gt.answering)
		}
		if gt.limit.size < 1 || gt.limit.size > float64(gt.limit.ceiling) {
			b.Errorf("%v: limit %g of %d", gt.key, gt.limit.size, gt.limit.ceiling)
		}
		if gt.line.requests > 0 && gt.alarm == nil && gt.passable(b.now()) {
			b.Errorf("%v: %d wait at an open gate", gt.key, gt.line.requests)
		}
		if gt.line.requests == 0 && gt.alarm != nil {
			b.Errorf("%v: an alarm for an empty line", gt.key)
		}
		if left := gt.pausedFor(b.now()); gt.line.requests > 0 && left > 0 && gt.alarm == nil {
			b.Errorf("%v: %d wait for a pause of %s without an alarm", gt.key, gt.line.requests, left)
		}
	}
	if requests != b.requests || tokens != b.tokens {
		b.Errorf("%d requests, %d tokens in lines, %d and %d counted", requests, tokens, b.requests, b.tokens)
	}
}

func TestPauseThenOneProbeThenOpen(t *testing.T) {
	virtual(t, roomy, func(b bench) {
		b.Pause(opus, 30*time.Second, Cause{Because: "saturated"})
		if r := b.refused(opus, Visit{}, engine.ReasonPaused); r.OpensIn != 30*time.Second {
			t.Errorf("opens in %s", r.OpensIn)
		}
		b.serveWell(haiku)
		pass(30 * time.Second)
		if h := b.Health(opus); h.Paused {
			t.Errorf("the next request would be the probe, yet %+v", h)
		}
		probe := b.enter(opus, Visit{})
		if !probe.Probe() {
			t.Error("the first request after a pause is not the probe")
		}
		if r := b.refused(opus, Visit{}, engine.ReasonPaused); r.OpensIn != probeGuess {
			t.Errorf("while probing, opens in %s", r.OpensIn)
		}
		if h := b.Health(opus); !h.Paused || h.PausedFor != 0 || h.Pauses != 1 {
			t.Errorf("probing: %+v", h)
		}
		probe.Commit(time.Second)
		if h := b.Health(opus); h.Paused || h.Pauses != 0 || h.Limit != 2 {
			t.Errorf("after the probe: %+v", h)
		}
		if p := b.enter(opus, Visit{}); p.Probe() {
			t.Error("a second probe")
		}
	})
}

func TestAProbeThatSaysNothingIsHandedOnAtOnce(t *testing.T) {
	ends := map[string]func(*Permit){
		"request's fault": func(p *Permit) { p.Fail(Failure{Kind: RequestFault}) },
		"client gone":     func(p *Permit) { p.Fail(Failure{Kind: ClientGone}) },
		"forgotten":       func(p *Permit) { p.Release() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			virtual(t, roomy, func(b bench) {
				b.Pause(opus, time.Second, Cause{})
				pass(time.Second)
				first := b.enter(opus, Visit{})
				next := make(chan *Permit)
				go func() { next <- b.enter(opus, Visit{Queue: time.Minute}) }()
				synctest.Wait()
				began := time.Now()
				end(first)
				if p := <-next; !p.Probe() || time.Since(began) != 0 {
					t.Errorf("probe %v after %s", p.Probe(), time.Since(began))
				}
				if h := b.Health(opus); h.Pauses != 1 {
					t.Errorf("%d pauses", h.Pauses)
				}
			})
		})
	}
}

func TestAFailedProbePausesAgain(t *testing.T) {
	for name, c := range map[string]struct {
		failure Failure
		want    time.Duration
	}{
		"overload":       {Failure{Kind: Overload}, 30 * time.Second},
		"target's fault": {Failure{Kind: TargetFault}, 30 * time.Second},
		"shorter hint":   {Failure{Kind: Overload, RetryAfter: time.Second}, 30 * time.Second},
		"longer hint":    {Failure{Kind: Overload, RetryAfter: time.Minute}, time.Minute},
		"absurd hint":    {Failure{Kind: Overload, RetryAfter: 1000 * time.Hour}, longestHint},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, roomy, func(b bench) {
				b.Pause(opus, 30*time.Second, Cause{Because: "why"})
				pass(30 * time.Second)
				b.enter(opus, Visit{}).Fail(c.failure)
				if h := b.Health(opus); h.PausedFor != c.want || h.Pauses != 2 {
					t.Errorf("%+v", h)
				}
				if s := b.States(); s[0].Cause.Because != "why" {
					t.Errorf("cause %+v", s[0].Cause)
				}
			})
		})
	}
}

func TestWhoMayMoveTheEndOfAPause(t *testing.T) {
	for name, c := range map[string]struct {
		d    time.Duration
		why  Cause
		want time.Duration
	}{
		"a policy":                            {time.Minute, Cause{RequestID: "other"}, 30 * time.Second},
		"nobody in particular":                {time.Minute, Cause{}, 30 * time.Second},
		"the failed probe's request":          {time.Minute, Cause{RequestID: "probe"}, time.Minute},
		"the failed probe's request, shorter": {time.Second, Cause{RequestID: "probe"}, 30 * time.Second},
		"an operator":                         {time.Minute, Cause{Operator: true}, time.Minute},
		"an operator, shorter":                {time.Second, Cause{Operator: true}, 30 * time.Second},
		"negative":                            {-time.Second, Cause{Operator: true}, 30 * time.Second},
		"absurd":                              {1 << 62, Cause{Operator: true}, longestPause},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, roomy, func(b bench) {
				b.Pause(opus, 30*time.Second, Cause{})
				pass(30 * time.Second)
				b.Pause(opus, time.Hour, Cause{}) // due, so closed: nothing happens
				b.enter(opus, Visit{Request: "probe"}).Fail(Failure{Kind: Overload})
				b.Pause(opus, c.d, c.why)
				if h := b.Health(opus); h.PausedFor != c.want || h.Pauses != 2 {
					t.Errorf("%+v", h)
				}
			})
		})
	}
}

func TestSendsFromBeforeAPauseNeitherOpenNorExtendIt(t *testing.T) {
	virtual(t, roomy, func(b bench) {
		well, badly := b.enter(opus, Visit{}), b.enter(opus, Visit{Request: "old"})
		b.Pause(opus, time.Minute, Cause{})
		pass(30 * time.Second)
		well.Commit(time.Second)
		badly.Fail(Failure{Kind: Overload, RetryAfter: time.Hour})
		b.Pause(opus, time.Hour, Cause{RequestID: "old"})
		if h := b.Health(opus); h.PausedFor != 30*time.Second || h.Overloads != 0 || h.InFlight != 1 {
			t.Errorf("%+v", h)
		}
		well.Release()
		well.Release()
		if h := b.Health(opus); h.InFlight != 0 {
			t.Errorf("%d in flight", h.InFlight)
		}
	})
}

func TestOverloadsAreConsecutive(t *testing.T) {
	virtual(t, roomy, func(b bench) {
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

func TestAWholeTarget(t *testing.T) {
	virtual(t, roomy, func(b bench) {
		b.serveWell(opus)
		b.Pause(claude, 30*time.Second, Cause{})
		b.refused(opus, Visit{}, engine.ReasonPaused)
		b.refused(haiku, Visit{}, engine.ReasonPaused) // born during the pause
		pass(30 * time.Second)
		probe := b.enter(haiku, Visit{})
		if !probe.Probe() {
			t.Error("no probe")
		}
		b.refused(opus, Visit{}, engine.ReasonPaused)
		b.refused(Key{"claude", "sonnet"}, Visit{}, engine.ReasonPaused)
		if h := b.Health(claude); !h.Paused {
			t.Errorf("%+v", h)
		}
		probe.Commit(time.Second)
		for _, k := range []Key{opus, {"claude", "sonnet"}} {
			if h := b.Health(k); h.Paused || h.Limit != 1 {
				t.Errorf("%v is not released gradually: %+v", k, h)
			}
		}
		if h := b.Health(Key{"claude", "fable"}); h.Paused {
			t.Errorf("an unknown model: %+v", h)
		}
	})
}

func TestAPauseInsideAWholeTargetsPause(t *testing.T) {
	virtual(t, roomy, func(b bench) {
		b.Pause(opus, 10*time.Second, Cause{})
		pass(10 * time.Second)
		probe := b.enter(opus, Visit{})
		b.Pause(claude, time.Minute, Cause{})
		probe.Commit(time.Second)
		if h := b.Health(opus); !h.Paused || h.PausedFor != time.Minute {
			t.Errorf("a probe of the gate opened its target: %+v", h)
		}
		pass(time.Minute)
		both := b.enter(opus, Visit{})
		both.Fail(Failure{Kind: Overload})
		if h := b.Health(haiku); h.PausedFor != time.Minute || h.Pauses != 2 {
			t.Errorf("%+v", h)
		}
	})
}

func TestResume(t *testing.T) {
	virtual(t, roomy, func(b bench) {
		b.Resume(opus)
		b.Pause(opus, time.Hour, Cause{Operator: true})
		b.Pause(claude, time.Hour, Cause{Operator: true})
		done := make(chan bool)
		go func() { done <- b.enter(opus, Visit{Queue: 2 * time.Hour}).Probe() }()
		pass(time.Minute)
		b.Resume(opus)
		synctest.Wait()
		if h := b.Health(opus); h.Queued != 1 {
			t.Fatal("the whole target is still paused")
		}
		b.Resume(claude)
		if !<-done {
			t.Error("after a resume, too, a probe goes first")
		}
	})
}

func TestStates(t *testing.T) {
	virtual(t, roomy, func(b bench) {
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
	virtual(t, roomy, func(b bench) {
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

func TestIdleGatesAreEvicted(t *testing.T) {
	virtual(t, roomy, func(b bench) {
		busy := b.enter(opus, Visit{})
		b.Pause(haiku, time.Hour, Cause{})
		for i := range maxGates + 200 {
			pass(time.Millisecond)
			b.serveWell(Key{"claude", string(rune('a' + i))})
		}
		if n := len(b.gates); n != maxGates {
			t.Errorf("%d gates", n)
		}
		if b.Health(opus).InFlight != 1 || !b.Health(haiku).Paused {
			t.Error("a gate in use was evicted")
		}
		busy.Release()
	})
}

func TestHealthOfNothing(t *testing.T) {
	virtual(t, roomy, func(b bench) {
		want := engine.Health{Limit: defaultConcurrency}
		if h := b.Health(opus); h != want {
			t.Errorf("%+v", h)
		}
		b.RateLimits(opus, engine.RateLimits{Tokens: engine.Allowance{Limit: 1}})
		if len(b.gates)+len(b.targets) != 0 {
			t.Error("asking made a gate")
		}
		b.serveWell(opus)
		b.RateLimits(opus, engine.RateLimits{Tokens: engine.Allowance{Limit: 1}})
		if h := b.Health(opus); h.RateLimits.Tokens.Limit != 1 || h.P50 < 930*time.Millisecond || h.P95 > 1070*time.Millisecond {
			t.Errorf("%+v", h)
		}
	})
}
