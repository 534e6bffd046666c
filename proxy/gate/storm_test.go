package gate

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
)

// Five hundred wait for the end of a pause. The target must see one, then a ramp that doubles at most.
func TestRecoveryWithoutAStampede(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		b.Pause(opus, 30*time.Second, Cause{})
		began := time.Now()
		var sends [200]int // by second
		var served sync.WaitGroup
		for i := range 500 {
			served.Go(func() {
				p := b.enter(opus, Visit{Client: fmt.Sprint(i % 7), Queue: 10 * time.Minute, MaxConcurrency: 64})
				b.mu.Lock()
				sends[int(time.Since(began).Seconds())]++
				b.mu.Unlock()
				pass(time.Second)
				p.Commit(time.Second)
				p.Release()
			})
		}
		served.Wait()
		for second, n := range sends {
			want := 0
			if second >= 30 {
				want = min(64, 1<<min(second-30, 10))
			}
			if n > want {
				t.Errorf("second %d: %d sends, want at most %d", second, n, want)
			}
		}
		if took := time.Since(began); took > 45*time.Second {
			t.Errorf("full throughput came back so late that the line took %s", took)
		}
	})
}

// While the target stays down only probes reach it, one for each pause.
func TestAnOutageIsProbedOnly(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		var sends atomic.Int32
		var clients sync.WaitGroup
		for i := range 200 {
			clients.Go(func() {
				for range 60 {
					id := fmt.Sprint(i)
					p, _ := b.Enter(opus, Visit{Request: id, Queue: 2 * time.Second, MaxConcurrency: 64})
					if p != nil {
						sends.Add(1)
						p.Fail(Failure{Kind: Overload})
						b.Pause(opus, 10*time.Second<<min(b.Health(opus).Pauses, 2), Cause{RequestID: id})
					}
					pass(time.Second)
				}
			})
		}
		clients.Wait()
		if n := sends.Load(); n > 6 {
			t.Errorf("%d sends in a minute of outage", n)
		}
	})
}

func TestTenThousandHangUp(t *testing.T) {
	const waiting = 10_000
	virtual(t, roomy, func(b rig) {
		holder := b.enter(opus, Visit{MaxConcurrency: 1})
		var gone clock.Signal
		var clients sync.WaitGroup
		enter := func(i int) {
			_, r := b.Enter(opus, Visit{
				Client: fmt.Sprint(i % 100), Priority: [...]engine.Priority{engine.High, engine.Normal, engine.Low}[i%3],
				Tokens: 1000, Queue: time.Hour, Gone: &gone, MaxConcurrency: 1,
			})
			if r == nil || !r.Gone {
				t.Errorf("%+v", r)
			}
		}
		before := living()
		for i := range waiting {
			clients.Go(func() { enter(i) })
		}
		synctest.Wait()
		if h := b.Health(opus); h.Queued != waiting {
			t.Fatalf("%d in line", h.Queued)
		}
		if each := (living() - before) / waiting; each > 10<<10 {
			t.Errorf("%d bytes for each waiting request", each)
		} else {
			t.Logf("%d bytes for each waiting request, its goroutine included", each)
		}
		b.refused(opus, Visit{Queue: time.Hour, MaxConcurrency: 1}, engine.ReasonQueueFull)
		gone.Fire()
		clients.Wait()
		if b.requests != 0 || b.tokens != 0 || b.Health(opus).Queued != 0 {
			t.Errorf("%d requests, %d tokens left in line", b.requests, b.tokens)
		}
		holder.Release()
	})
}

// living is what lives on heap and stacks.
func living() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

// Anything may happen in any order: the gates' invariants hold, the target sees no more than it may, and nobody is lost.
func TestChaos(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			virtual(t, Settings{QueueRequests: 40, QueueTokens: 2000, RetryBudget: 0.2}, func(b rig) { chaos(b, seed) })
		})
	}
}

func chaos(b rig, seed uint64) {
	seen := &witness{probes: map[*gate]int{}}
	keys := []Key{opus, haiku, {"gpt", "5"}}
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			for range 40 {
				request(b, random, keys[random.IntN(len(keys))], seen)
				b.check()
			}
		})
	}
	all.Go(func() {
		random := rand.New(rand.NewPCG(seed, 1000))
		for range 40 {
			pass(time.Duration(random.IntN(5000)) * time.Millisecond)
			k := keys[random.IntN(len(keys))]
			if random.IntN(4) == 0 {
				k.Model = ""
			}
			switch random.IntN(5) {
			case 0:
				b.Resume(k)
			case 1:
				b.Pause(k, time.Duration(random.IntN(10))*time.Second, Cause{Operator: true})
			default:
				b.Pause(k, time.Duration(random.IntN(10))*time.Second, Cause{RequestID: fmt.Sprint(random.IntN(60))})
			}
			b.check()
		}
	})
	all.Wait()
	for _, s := range b.States() {
		if s.Health.InFlight != 0 || s.Health.Queued != 0 {
			b.Errorf("left behind: %+v", s)
		}
	}
}

// request is one request's way through a gate, at random.
func request(b rig, random *rand.Rand, k Key, seen *witness) {
	var gone clock.Signal
	pass(time.Duration(random.IntN(3000)) * time.Millisecond)
	v := Visit{
		Request: fmt.Sprint(random.IntN(60)), Client: fmt.Sprint(random.IntN(5)), Tokens: random.IntN(200), Gone: &gone,
		Priority: [...]engine.Priority{engine.High, engine.Normal, engine.Low}[random.IntN(3)],
		Queue:    time.Duration(random.IntN(8000)) * time.Millisecond, Resend: random.IntN(4) == 0, MaxConcurrency: 8,
	}
	if random.IntN(2) == 0 {
		v.Deadline = time.Now().Add(time.Duration(random.IntN(10000)) * time.Millisecond)
	}
	if random.IntN(4) == 0 {
		hangUp := time.AfterFunc(time.Duration(random.IntN(10000))*time.Millisecond, gone.Fire)
		defer hangUp.Stop()
	}
	began := time.Now()
	p, r := b.Enter(k, v)
	if waited := time.Since(began); waited > v.Queue {
		b.Errorf("waited %s of %s", waited, v.Queue)
	}
	if (p == nil) == (r == nil) {
		b.Errorf("permit %v, refusal %v", p, r)
	}
	if r != nil {
		return
	}
	seen.admitted(b, p)
	pass(time.Duration(random.IntN(2000)) * time.Millisecond)
	seen.answered(p)
	if kind := random.IntN(8); kind < 4 {
		p.Fail(Failure{Kind: FailureKind(kind), RetryAfter: time.Duration(random.IntN(3)) * time.Second})
	} else {
		p.Commit(time.Second)
		pass(time.Duration(random.IntN(5000)) * time.Millisecond)
	}
	p.Release()
	p.Release()
}

// witness counts the probes that a gate has sent and that were not answered yet.
type witness struct {
	mu     sync.Mutex
	probes map[*gate]int
}

func (w *witness) admitted(b rig, p *Permit) {
	b.mu.Lock()
	if gt := p.gate; gt.inFlight > gt.limit.ceiling {
		b.Errorf("%d in flight of %d", gt.inFlight, gt.limit.ceiling)
	}
	b.mu.Unlock()
	if n := w.count(p, 1); p.Probe() && n > 1 {
		b.Errorf("%d probes at once", n)
	}
}

func (w *witness) answered(p *Permit) { w.count(p, -1) }

func (w *witness) count(p *Permit, n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.Probe() {
		w.probes[p.gate] += n
	}
	return w.probes[p.gate]
}
