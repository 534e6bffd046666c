package gate

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"spillway/engine"
)

// standing makes a waiter named client/priority, which stands in l from now until leave.
func standing(l *line, name string, now, leave instant) *waiter {
	client, priority, _ := strings.Cut(name, "/")
	w := newWaiter(nil, Visit{Client: client, Priority: engine.Priority(priority), Queue: leave - now}, now, never)
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
		if n := l.lanes[i].turns.Len() + len(l.lanes[i].flows); n > 0 {
			t.Errorf("lane %d: %d flows and turns", i, n)
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
