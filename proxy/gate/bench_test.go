package gate

import (
	"fmt"
	"testing"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
)

// A happy visit allocates its permit and nothing else.
func TestAHappyVisitAllocatesItsPermit(t *testing.T) {
	g := New(clock.Real{}, roomy)
	v := happy()
	if n := testing.AllocsPerRun(100, func() { visit(g, v) }); n > 1 {
		t.Errorf("%g allocations", n)
	}
}

func happy() Visit {
	return Visit{Request: "r", Client: "app", Tokens: 1000, Queue: time.Minute, Deadline: time.Now().Add(time.Hour), Gone: new(clock.Signal)}
}

func visit(g *Gates, v Visit) {
	p, _ := g.Enter(opus, v)
	p.Commit(time.Second)
	p.Release()
}

// BenchmarkVisit is what a request pays on the happy path: Enter, Commit and Release.
func BenchmarkVisit(b *testing.B) {
	g, v := New(clock.Real{}, roomy), happy()
	b.ReportAllocs()
	for b.Loop() {
		visit(g, v)
	}
}

// BenchmarkVisitContended is the same from all processors at one gate.
func BenchmarkVisitContended(b *testing.B) {
	g, v := New(clock.Real{}, roomy), happy()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			visit(g, v)
		}
	})
}

// BenchmarkRefusal is what a request pays at a paused gate where it may not wait.
func BenchmarkRefusal(b *testing.B) {
	g, v := New(clock.Real{}, roomy), happy()
	g.Pause(opus, time.Hour, Cause{})
	v.Queue = 0
	b.ReportAllocs()
	for b.Loop() {
		g.Enter(opus, v)
	}
}

// BenchmarkHealth is what a policy pays that looks at a gate.
func BenchmarkHealth(b *testing.B) {
	g := New(clock.Real{}, roomy)
	visit(g, happy())
	b.ReportAllocs()
	for b.Loop() {
		g.Health(opus)
	}
}

// BenchmarkLine is one joining and one leaving, by turn and by hanging up, with 10,000 waiting.
func BenchmarkLine(b *testing.B) {
	const waiting = 10_000
	lane := [...]engine.Priority{engine.High, engine.Normal, engine.Low}
	for _, clients := range []int{1, 100, waiting} {
		var l line
		var all [waiting]*waiter
		n := 0
		join := func() *waiter {
			n++
			now := time.Duration(n) * time.Millisecond
			return standing(&l, fmt.Sprintf("c%d/%s", n*7919%clients, lane[n%3]), now, now+time.Minute+time.Duration(n*7919%1000)*time.Millisecond)
		}
		fill := func() {
			l = line{}
			for i := range all {
				all[i] = join()
			}
		}
		b.Run(fmt.Sprintf("clients=%d/turn", clients), func(b *testing.B) {
			fill()
			b.ReportAllocs()
			for b.Loop() {
				l.quit(l.next(time.Duration(n) * time.Millisecond))
				join()
			}
		})
		b.Run(fmt.Sprintf("clients=%d/quit", clients), func(b *testing.B) {
			fill()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				l.quit(all[i%waiting])
				all[i%waiting] = join()
				i++
			}
		})
	}
}
