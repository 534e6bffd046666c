package loop_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/engine/script"
	"spillway/proxy/clock"
	"spillway/proxy/gate"
	"spillway/proxy/loop"
	"spillway/proxy/trace"
)

// A storm's course: a target is down for a minute.
const (
	downFrom  = 5 * time.Second
	downUntil = downFrom + time.Minute
	clients   = 200
	thinks    = 4 * time.Second // at most, between two requests of a client
)

// down is a target in the outage.
func down(since time.Duration, _ int) bool { return since >= downFrom && since < downUntil }

// storm is many clients at once, in front of the loop that serves live traffic. It takes the same course each time: on a virtual
// clock, with dice that fall the same.
type storm struct {
	patience time.Duration // what each client's SDK announces
	lasts    time.Duration
	targets  []*stormTarget

	clock      *clock.Virtual
	dice       *rand.Rand
	began      time.Time
	loop       *loop.Loop
	policy     *runtime.Policy
	configured []*loop.Target

	results []result
}

// blow runs the storm to its end under the default policy: clients ask, read the answer, think, and ask again.
func (s *storm) blow(t *testing.T) {
	t.Helper()
	program, faults := script.Compile(os.DirFS("../../policies"), "overload.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	s.begin(t, program)
	defer s.policy.Close()
	for i := range clients {
		c := &stormClient{storm: s, name: fmt.Sprint("client-", i)}
		s.clock.Go(func() {
			for s.since() < s.lasts {
				s.clock.Wait(time.Duration(s.dice.IntN(int(thinks))))
				s.results = append(s.results, c.ask())
			}
		})
	}
	if err := s.clock.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.results {
		if r.problem != "" {
			t.Fatalf("after %s: %s", r.ended, r.problem)
		}
	}
}

func (s *storm) begin(t *testing.T, program *script.Program) {
	t.Helper()
	s.clock, s.dice = clock.NewVirtual(time.Unix(1_800_000_000, 0)), dice()
	s.began = s.clock.Now()
	env := engine.Environment{}
	for _, target := range s.targets {
		target.clock, target.began = s.clock, s.began
		s.configured = append(s.configured, target.configured())
		env.Targets = append(env.Targets, engine.Target{Name: target.name, Dialect: engine.Anthropic})
	}
	var fault *engine.Fault
	if s.policy, fault = runtime.New(program, env, runtime.Limits{Decide: time.Minute}); fault != nil {
		t.Fatal(fault.Frame())
	}
	s.loop = &loop.Loop{
		Clock: s.clock, Counters: &loop.Counters{}, Observe: nobody{}, Seed: s.dice.Uint64,
		Gates: gate.New(s.clock, gate.Settings{QueueRequests: 10_000, QueueTokens: 200_000_000, RetryBudget: 0.2}),
	}
}

// dice fall the same each time.
func dice() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func (s *storm) since() time.Duration { return s.clock.Now().Sub(s.began) }

// count counts the results that are so.
func (s *storm) count(so func(result) bool) (n int) {
	for _, r := range s.results {
		if so(r) {
			n++
		}
	}
	return n
}

// nobody implements [loop.Observer].
type nobody struct{}

func (nobody) Decided(*loop.Exchange, *engine.Decision)                {}
func (nobody) Attempted(*loop.Exchange, *engine.Attempt)               {}
func (nobody) Committed(*loop.Exchange, string, string, time.Duration) {}
func (nobody) Ended(*loop.Exchange, *trace.End)                        {}

func TestStormWithAHealthySecondTarget(t *testing.T) {
	first, second := &stormTarget{name: "a", full: down}, &stormTarget{name: "b"}
	s := &storm{patience: 10 * time.Minute, lasts: 80 * time.Second, targets: []*stormTarget{first, second}}
	s.blow(t)

	met, served := s.count(meetsOutage), s.count(wasServed)
	reached := first.count(downFrom, downUntil, false)
	t.Logf("%d of %d requests served; for %d during the outage %d sends to the target that was down", served, len(s.results), met, reached)
	if float64(served) < 0.999*float64(len(s.results)) {
		t.Errorf("%d of %d requests served", served, len(s.results))
	}
	if float64(reached) > 0.05*float64(met) {
		t.Errorf("%d requests during the outage made %d sends to the target that was down", met, reached)
	}
	s.noDip(t, downFrom)
}

// Clients with patience wait for the target to come back; the others are told when to.
func TestStormWithNowhereElseToGo(t *testing.T) {
	for _, patience := range []time.Duration{10 * time.Minute, 20 * time.Second} {
		t.Run(patience.String(), func(t *testing.T) {
			only := &stormTarget{name: "a", full: down}
			s := &storm{patience: patience, lasts: 2 * time.Minute, targets: []*stormTarget{only}}
			s.blow(t)

			met, served := s.count(meetsOutage), s.count(wasServed)
			reached, opens := only.count(downFrom, downUntil, false), only.opens(downUntil)
			t.Logf("%d of %d requests served; for %d that met the outage %d sends in vain; open %s after it", served, len(s.results), met, reached, opens-downUntil)
			if float64(reached) > 0.2*float64(met) {
				t.Errorf("%d requests that met the outage made %d sends in vain", met, reached)
			}
			if only.crowded(downUntil, opens+begins) {
				t.Error("more was sent before the probe was answered")
			}
			if n := only.count(opens, opens+3*begins, false); n > 1+2+4 {
				t.Errorf("%d sends in the first three round trips: a stampede", n)
			}
			s.noDip(t, opens+5*time.Second)
		})
	}
}

func wasServed(r result) bool { return r.served }

func meetsOutage(r result) bool { return r.ended >= downFrom && r.began < downUntil }

// noDip wants the rate that so many clients make when nothing holds them up, in every five seconds from a moment on.
func (s *storm) noDip(t *testing.T, from time.Duration) {
	t.Helper()
	const span = 5 * time.Second
	usual := clients / (thinks/2 + ends).Seconds()
	for ; from+span <= s.lasts; from += span {
		n := s.count(func(r result) bool { return r.served && r.ended >= from && r.ended < from+span })
		if rate := float64(n) / span.Seconds(); rate < 0.8*usual {
			t.Errorf("%s after the beginning %.1f requests were served each second, usual are %.1f", from, rate, usual)
		}
	}
}
