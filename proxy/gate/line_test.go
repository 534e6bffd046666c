package gate

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
)

// standing makes a waiter named client/priority, which stands in l from now until leave.
func standing(l *line, name string, now, leave instant) *waiter {
	client, priority, _ := strings.Cut(name, "/")
	w := newWaiter(&gate{gates: &Gates{}}, Visit{Client: client, Priority: engine.Priority(priority), Queue: leave - now}, now, never)
	l.join(w)
	return w
}

func order(l *line, now instant) string {
	var names []string
	for l.requests > 0 {
		w := l.next(now)
		l.quit(w)
		names = append(names, fmt.Sprintf("%s%d", w.visit.Client, w.leave/time.Second))
	}
	return strings.Join(names, " ")
}

func TestWhoGoesNext(t *testing.T) {
	for name, c := range map[string]struct {
		line string // client/priority@leave, in the order of joining
		at   instant
		want string
	}{
		"high, normal, low":               {"a/low@90 b/@90 c/high@90 d/normal@90", 0, "c90 b90 d90 a90"},
		"clients take turns":              {"a/@90 a/@91 a/@92 a/@93 b/@94 c/@95 c/@96", 0, "a90 b94 c95 a91 c96 a92 a93"},
		"earliest deadline first":         {"a/@92 a/@90 a/@91", 0, "a90 a91 a92"},
		"in order of joining when equal":  {"a/@90 b/@90 a/@90 b/@90", 0, "a90 b90 a90 b90"},
		"an unknown priority is normal":   {"a/low@90 b/urgent@90 c/high@90", 0, "c90 b90 a90"},
		"age lifts by a lane":             {"a/low@30 b/@90", 10 * time.Second, "b90 a30"},
		"age lifts twice":                 {"b/@90 c/high@90 a/low@30", 20 * time.Second, "c90 a30 b90"},
		"the lifted share by client":      {"h/high@90 h/high@91 h/high@92 l/low@30 l/low@30 l/low@30", 20 * time.Second, "h90 l30 h91 l30 h92 l30"},
		"patience makes age slow to lift": {"b/@90 b/@90 a/low@600", 60 * time.Second, "b90 b90 a600"},
	} {
		t.Run(name, func(t *testing.T) {
			var l line
			for s := range strings.FieldsSeq(c.line) {
				who, leave, _ := strings.Cut(s, "@")
				var seconds int
				_, _ = fmt.Sscan(leave, &seconds)
				standing(&l, who, 0, time.Duration(seconds)*time.Second)
			}
			if got := order(&l, c.at); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// A client that comes back the moment it is served gets its turn, and no more.
func TestComingBackAtOnceGainsNothing(t *testing.T) {
	var l line
	for range 100 {
		standing(&l, "patient1/", 0, time.Hour)
		standing(&l, "patient2/", 0, time.Hour)
	}
	standing(&l, "eager/", 0, time.Minute)
	served := map[string]int{}
	for range 90 {
		w := l.next(0)
		l.quit(w)
		served[w.visit.Client]++
		if w.visit.Client == "eager" {
			standing(&l, "eager/", 0, time.Minute)
		}
	}
	if served["eager"] != 30 || served["patient1"] != 30 {
		t.Errorf("served %v", served)
	}
}

// While two clients of one lane wait, neither is served more than one turn ahead of the other, whoever joins and quits.
func TestFairnessBetweenClients(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 1))
		var l line
		var all []*waiter
		busy := func(i int) string { return fmt.Sprintf("busy%d/", i) }
		for i := range 3 {
			for range 400 {
				standing(&l, busy(i), 0, time.Hour+time.Duration(random.IntN(1000)))
			}
		}
		served := map[string]int{}
		for range 900 {
			switch random.IntN(4) {
			case 0:
				all = append(all, standing(&l, fmt.Sprintf("guest%d/", random.IntN(5)), 0, time.Hour))
			case 1:
				if n := len(all); n > 0 {
					i := random.IntN(n)
					if all[i].flow != nil {
						l.quit(all[i])
					}
					all = append(all[:i], all[i+1:]...)
				}
			default:
				w := l.next(0)
				l.quit(w)
				served[w.visit.Client]++
			}
			a, b, c := served["busy0"], served["busy1"], served["busy2"]
			if max(a, b, c)-min(a, b, c) > 1 {
				t.Fatalf("seed %d: served %v", seed, served)
			}
		}
	}
}

// A low request is served within its patience although clients of higher lanes keep the line full.
func TestNothingStarves(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 2))
		var l line
		leave := time.Duration(60+random.IntN(60)) * time.Second
		w := standing(&l, "batch/low", 0, leave)
		for now := instant(0); w.flow != nil; now += 500 * time.Millisecond {
			if now > leave {
				t.Fatalf("seed %d: not served within %s", seed, leave)
			}
			for range 2 {
				lane := []string{"high", "normal"}[random.IntN(2)]
				standing(&l, fmt.Sprintf("chat%d/%s", random.IntN(10), lane), now, now+20*time.Second)
			}
			l.quit(l.next(now))
			for _, late := range l.leaving(now) {
				if late != w {
					l.quit(late)
				}
			}
		}
	}
}

func TestAnEmptyLineHoldsNothing(t *testing.T) {
	var l line
	var all []*waiter
	for i := range 1000 {
		all = append(all, standing(&l, fmt.Sprintf("c%d/low", i%37), 0, time.Hour))
	}
	for range 100 {
		l.quit(l.next(0))
	}
	for _, w := range all {
		if w.flow != nil {
			l.quit(w)
		}
	}
	for i := range l.lanes {
		if l.lanes[i].flows != nil || l.lanes[i].turns.items != nil {
			t.Errorf("lane %d: %+v", i, l.lanes[i])
		}
	}
	if l.ages.items != nil || l.requests != 0 {
		t.Errorf("%d ages, %d requests", len(l.ages.items), l.requests)
	}
}

func TestHowManyAreAhead(t *testing.T) {
	var l line
	for i := range 10 {
		standing(&l, "a/", 0, time.Duration(10+10*i)*time.Second) // 10 s to 100 s
	}
	for range 3 {
		standing(&l, "b/", 0, time.Minute)
	}
	standing(&l, "c/high", 0, time.Minute)
	for name, c := range map[string]struct {
		who   string
		leave instant
		want  int
	}{
		"last of its client":  {"a/", 100 * time.Second, 1 + 10 + 3},
		"first of its client": {"a/", 5 * time.Second, 1 + 0 + 1},
		"in the middle":       {"a/", 55 * time.Second, 1 + 5 + 3},
		"another client":      {"d/", time.Hour, 1 + 0 + 2},
		"a higher lane":       {"d/high", time.Hour, 0 + 0 + 1},
		"a lower lane":        {"d/low", time.Hour, 1 + 13},
	} {
		var other line
		w := standing(&other, c.who, 0, c.leave)
		if got := l.ahead(w); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	in := func(d time.Duration) time.Time { // as seen from the start of a synctest bubble
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d)
	}
	full := Visit{MaxConcurrency: 1}
	for name, c := range map[string]struct {
		settings Settings
		before   func(b bench)
		visit    Visit
		want     engine.Reason
		after    time.Duration
	}{
		"full, may not wait":       {roomy, nil, Visit{}, engine.ReasonQueueFull, 0},
		"negative queue":           {roomy, nil, Visit{Queue: -time.Hour}, engine.ReasonQueueFull, 0},
		"no queue at all":          {Settings{}, nil, Visit{Queue: time.Minute}, engine.ReasonQueueFull, 0},
		"too many tokens":          {Settings{QueueRequests: 1, QueueTokens: 99}, nil, Visit{Queue: time.Minute, Tokens: 100}, engine.ReasonQueueFull, 0},
		"as many tokens as may be": {Settings{QueueRequests: 1, QueueTokens: 100}, nil, Visit{Queue: time.Minute, Tokens: 100}, engine.ReasonQueueTimeout, time.Minute},
		"time in line is up":       {roomy, nil, Visit{Queue: 10 * time.Second}, engine.ReasonQueueTimeout, 10 * time.Second},
		"deadline comes in line":   {roomy, nil, Visit{Queue: time.Hour, Deadline: in(5 * time.Second)}, engine.ReasonDeadline, 5 * time.Second},
		"deadline is over":         {roomy, nil, Visit{Queue: time.Hour, Deadline: in(-time.Second)}, engine.ReasonDeadline, 0},
		"pause outlasts the queue": {roomy, func(b bench) { b.Pause(opus, time.Minute, Cause{}) }, Visit{Queue: 10 * time.Second}, engine.ReasonPaused, 0},
		"pause outlasts the deadline": {roomy, func(b bench) { b.Pause(opus, time.Minute, Cause{}) },
			Visit{Queue: time.Hour, Deadline: in(time.Second)}, engine.ReasonDeadline, 0},
		"a pause begins": {roomy, func(b bench) {
			go func() {
				pass(3 * time.Second)
				b.Pause(opus, time.Hour, Cause{})
			}()
		}, Visit{Queue: time.Minute}, engine.ReasonPaused, 3 * time.Second},
		"a pause of the target begins": {roomy, func(b bench) {
			go func() {
				pass(3 * time.Second)
				b.Pause(claude, time.Hour, Cause{})
			}()
		}, Visit{Queue: time.Hour, Deadline: in(time.Minute)}, engine.ReasonDeadline, 3 * time.Second},
		"an absurd queue": {roomy, nil, Visit{Queue: 1<<63 - 1}, engine.ReasonQueueTimeout, longestQueue},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, c.settings, func(b bench) {
				b.enter(opus, full)
				if c.before != nil {
					c.before(b)
				}
				c.visit.MaxConcurrency = 1
				began := time.Now()
				r := b.refused(opus, c.visit, c.want)
				if after := time.Since(began); after != c.after || r.Message == "" || r.Gone {
					t.Errorf("after %s: %+v", after, *r)
				}
			})
		})
	}
}

// in is a moment as seen from the start of a synctest bubble.
func in(d time.Duration) time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d) }

func TestAWaitThatCannotEndInTimeIsRefusedAtOnce(t *testing.T) {
	virtual(t, roomy, func(b bench) {
		p := b.enter(opus, Visit{MaxConcurrency: 1})
		pass(10 * time.Second)
		p.Commit(time.Second)
		p.Release()
		b.enter(opus, Visit{MaxConcurrency: 1})
		var line sync.WaitGroup
		stand := func(v Visit) { line.Go(func() { b.Enter(opus, v) }) }
		for range 6 { // 10 s each
			stand(Visit{Client: "a", MaxConcurrency: 1, Queue: 2 * time.Minute})
		}
		synctest.Wait()
		soon := Visit{Client: "b", MaxConcurrency: 1, Queue: 5 * time.Minute, Deadline: time.Now().Add(59 * time.Second)}
		stand(soon) // takes turns with a
		synctest.Wait()
		soon.Priority = engine.Low // goes after them all
		if r := b.refused(opus, soon, engine.ReasonDeadline); r.OpensIn != 70*time.Second {
			t.Errorf("opens in %s", r.OpensIn)
		}
		line.Wait()
	})
}

func TestAHungUpClientLeavesAtOnce(t *testing.T) {
	virtual(t, roomy, func(b bench) {
		b.enter(opus, Visit{MaxConcurrency: 1})
		var gone clock.Signal
		refusal := make(chan *Refusal)
		go func() {
			_, r := b.Enter(opus, Visit{MaxConcurrency: 1, Queue: time.Hour, Gone: &gone, Tokens: 7})
			refusal <- r
		}()
		pass(time.Second)
		gone.Fire()
		if r := <-refusal; !r.Gone || r.Reason != "" {
			t.Errorf("%+v", r)
		}
		if h := b.Health(opus); h.Queued != 0 || b.tokens != 0 {
			t.Errorf("%+v", h)
		}
	})
}
