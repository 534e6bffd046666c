package policies_test

import (
	"testing"
	"time"

	"spillway/engine"
	"spillway/engine/runtime"
)

// outage is one request that is alone with targets which are overloaded for a while, on a clock that jumps from decision to
// decision. Its gates pause, and let it through again, as the proxy's do.
type outage struct {
	until map[string]time.Duration // by target: when it answers well again
	now   time.Duration
	gates map[string]*gate
	sends map[string][]time.Duration
}

type gate struct {
	overloads, pauses int
	closed            bool
	opens             time.Duration
	length            time.Duration
}

var epoch = time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)

// Health implements [engine.World].
func (o *outage) Health(target, _ string) engine.Health {
	g := o.gate(target)
	left := max(0, g.opens-o.now)
	return engine.Health{Paused: left > 0, PausedFor: left, Pauses: g.pauses, Overloads: g.overloads}
}

// Cost implements [engine.World].
func (o *outage) Cost(_, _ string) (float64, bool) { return 0, false }

// OpensIn implements [engine.World].
func (o *outage) OpensIn() (time.Duration, bool) { return 0, true }

// Count implements [engine.World].
func (o *outage) Count(string) float64 { return 0 }

func (o *outage) gate(target string) *gate {
	if o.gates[target] == nil {
		o.gates[target] = &gate{}
	}
	return o.gates[target]
}

// run decides and sends until an answer, or until the policy gives up. It says which target answered.
func (o *outage) run(t *testing.T, p *runtime.Policy, deadline time.Duration, seed uint64) (answered string) {
	t.Helper()
	request := &engine.Request{ID: "r", API: engine.Anthropic, Model: "claude-opus-5-5"}
	var attempts []engine.Attempt
	steps := 8
	for range 32 {
		d := p.Decide(engine.Input{Request: request, Attempts: attempts, Ctx: engine.Ctx{
			Now: epoch.Add(o.now), TimeLeft: deadline - o.now, StepsLeft: steps, Seed: seed + uint64(len(attempts)), World: o,
		}})
		if d.Fault != nil {
			t.Fatal(d.Fault.Frame())
		}
		if d.Action.Pause != nil {
			o.gate(d.Action.Pause.Target).pause(o.now, d.Action.Pause.For)
		}
		if d.Action.Fail != nil || steps == 0 {
			return ""
		}
		a, sent := o.attempt(d.Action.Send, deadline)
		if sent {
			steps--
		}
		if a == nil {
			return d.Action.Send.Target
		}
		attempts = append(attempts, *a)
	}
	return ""
}

// attempt is nil when the target answered.
func (o *outage) attempt(s *engine.Send, deadline time.Duration) (failed *engine.Attempt, sent bool) {
	a := &engine.Attempt{Target: s.Target, Model: "claude-opus-5-5", At: epoch.Add(o.now), Kind: engine.KindGate, Retry: engine.RetryElsewhere}
	if o.now+s.After >= deadline {
		a.Reason = engine.ReasonDeadline
		return a, false
	}
	o.now += s.After
	g := o.gate(s.Target)
	if wait := g.opens - o.now; wait > 0 {
		if a.Reason = engine.ReasonPaused; s.Queue < wait {
			return a, false
		}
		if a.Reason = engine.ReasonDeadline; o.now+wait >= deadline {
			return a, false
		}
		o.now += wait
	}
	o.sends[s.Target] = append(o.sends[s.Target], o.now)
	if o.now >= o.until[s.Target] {
		return nil, true
	}
	if g.overloads++; g.closed { // its probe failed
		g.opens = o.now + g.length
		g.pauses++
	}
	a.Kind, a.Reason, a.Retry, a.Status = engine.KindHTTP, engine.ReasonOverloaded, engine.RetrySame, 529
	return a, true
}

func (g *gate) pause(now, d time.Duration) {
	if !g.closed {
		g.closed, g.pauses = true, 1
	}
	g.opens, g.length = max(g.opens, now+d), d
}

func TestOverloadOutlastsAnOutage(t *testing.T) {
	ready, fault := runtime.New(compile(t, "overload.ts"), engine.Environment{Targets: []engine.Target{
		{Name: "claude", Dialect: engine.Anthropic}, {Name: "eu", Dialect: engine.Anthropic},
	}}, runtime.Limits{Decide: 5 * time.Second})
	if fault != nil {
		t.Fatal(fault.Frame())
	}
	defer ready.Close()
	alone, fault := runtime.New(compile(t, "overload.ts"), shipped, runtime.Limits{Decide: 5 * time.Second})
	if fault != nil {
		t.Fatal(fault.Frame())
	}
	defer alone.Close()
	cases := map[string]struct {
		policy   *runtime.Policy
		until    map[string]time.Duration
		deadline time.Duration
		answered string
		latest   time.Duration // when it must have its answer, or be told that there is none
		most     int           // sends to the first target
	}{
		"five minutes, one target":         {alone, map[string]time.Duration{"claude": 5 * time.Minute}, 10 * time.Minute, "claude", 8 * time.Minute, 8},
		"two seconds, one target":          {alone, map[string]time.Duration{"claude": 2 * time.Second}, 10 * time.Minute, "claude", time.Minute, 7},
		"a minute, and little time":        {alone, map[string]time.Duration{"claude": time.Minute}, 20 * time.Second, "", 20 * time.Second, 8},
		"an hour, with a healthy second":   {ready, map[string]time.Duration{"claude": time.Hour}, 10 * time.Minute, "eu", 0, 1},
		"three minutes, and two in second": {ready, map[string]time.Duration{"claude": 3 * time.Minute, "eu": 2 * time.Minute}, 10 * time.Minute, "eu", 8 * time.Minute, 4},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(50) {
				o := &outage{until: c.until, gates: map[string]*gate{}, sends: map[string][]time.Duration{}}
				answered := o.run(t, c.policy, c.deadline, 100*seed)
				if answered != c.answered && len(o.sends) > 0 {
					t.Fatalf("seed %d: answered by %q at %v, want %q; sends: %v", seed, answered, o.now, c.answered, o.sends)
				}
				if o.now > c.latest || len(o.sends["claude"]) > c.most {
					t.Errorf("seed %d: ended at %v, want by %v; at most %d sends to claude: %v", seed, o.now, c.latest, c.most, o.sends)
				}
			}
		})
	}
}
