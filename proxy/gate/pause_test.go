package gate

import (
	"testing"
	"testing/synctest"
	"time"

	"spillway/engine"
)

func TestPauseThenOneProbeThenOpen(t *testing.T) {
	virtual(t, roomy, func(b rig) {
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
		"out of time":     func(p *Permit) { p.Fail(Failure{Kind: OutOfTime}) },
		"client gone":     func(p *Permit) { p.Fail(Failure{Kind: ClientGone}) },
		"forgotten":       func(p *Permit) { p.Release() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			virtual(t, roomy, func(b rig) {
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

func TestTheProbeIsWhoHasTheMostTime(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.Pause(opus, time.Second, Cause{})
		began := time.Now()
		sent := make(chan string)
		for name, deadline := range map[string]time.Duration{"short": 1100 * time.Millisecond, "long": time.Hour, "medium": time.Minute} {
			go func() {
				v := Visit{Request: name, Queue: time.Minute, Deadline: began.Add(deadline)}
				if name != "long" {
					v.Priority = engine.High
				}
				p := b.enter(opus, v)
				sent <- name
				p.Commit(time.Second)
				p.Release()
			}()
			synctest.Wait()
		}
		if first := <-sent; first != "long" {
			t.Errorf("the probe is %s", first)
		}
		<-sent
		<-sent
	})
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
			virtual(t, roomy, func(b rig) {
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
			virtual(t, roomy, func(b rig) {
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
	virtual(t, roomy, func(b rig) {
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

func TestAWholeTarget(t *testing.T) {
	virtual(t, roomy, func(b rig) {
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
	virtual(t, roomy, func(b rig) {
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
	virtual(t, roomy, func(b rig) {
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
