package gate

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
)

// Age counts from the beginning of the request, which may have stood in other lines before.
func TestAgeCountsFromTheBeginning(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		pass(time.Minute)
		holder := b.enter(opus, Visit{MaxConcurrency: 1})
		admitted := make(chan string, 3)
		stand := func(name string, began time.Time, p engine.Priority) {
			go func() {
				b.enter(opus, Visit{Client: name, Priority: p, Began: began, Queue: time.Minute, MaxConcurrency: 1}).Release()
				admitted <- name
			}()
			synctest.Wait()
		}
		stand("normal", time.Time{}, engine.Normal)
		stand("from the future", time.Now().Add(time.Hour), engine.Low)
		stand("old", time.Now().Add(-time.Minute), engine.Low)
		pass(time.Second)
		holder.Release()
		if a, c := <-admitted, <-admitted; a != "normal" || c != "old" {
			t.Errorf("admitted %q, then %q", a, c)
		}
		<-admitted
	})
}

func TestRefusals(t *testing.T) {
	in := func(d time.Duration) time.Time { // as seen from the start of a synctest bubble
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d)
	}
	full := Visit{MaxConcurrency: 1}
	for name, c := range map[string]struct {
		settings Settings
		before   func(b rig)
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
		"pause outlasts the queue": {roomy, func(b rig) { b.Pause(opus, time.Minute, Cause{}) }, Visit{Queue: 10 * time.Second}, engine.ReasonPaused, 0},
		"pause outlasts the deadline": {roomy, func(b rig) { b.Pause(opus, time.Minute, Cause{}) },
			Visit{Queue: time.Hour, Deadline: in(time.Second)}, engine.ReasonDeadline, 0},
		"a pause begins": {roomy, func(b rig) {
			go func() {
				pass(3 * time.Second)
				b.Pause(opus, time.Hour, Cause{})
			}()
		}, Visit{Queue: time.Minute}, engine.ReasonPaused, 3 * time.Second},
		"a pause of the target begins": {roomy, func(b rig) {
			go func() {
				pass(3 * time.Second)
				b.Pause(claude, time.Hour, Cause{})
			}()
		}, Visit{Queue: time.Hour, Deadline: in(time.Minute)}, engine.ReasonDeadline, 3 * time.Second},
		"an absurd queue": {roomy, nil, Visit{Queue: 1<<63 - 1}, engine.ReasonQueueTimeout, longestQueue},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, c.settings, func(b rig) {
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

func TestAWaitThatCannotEndInTimeIsRefusedAtOnce(t *testing.T) {
	virtual(t, roomy, func(b rig) {
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

// late is a clock on which everyone is slow: something happens whenever a wait is over but the waiter has not noticed
// yet, and functions run a while after their time.
type late struct {
	clock.Real
	meanwhile func()
	by        time.Duration
}

func (l *late) AfterFunc(d time.Duration, f func()) (stop func()) { return l.Real.AfterFunc(d+l.by, f) }

func (l *late) Wait(d time.Duration, signals ...*clock.Signal) int {
	i := l.Real.Wait(d, signals...)
	l.meanwhile()
	return i
}

func TestACallAtTheLastMoment(t *testing.T) {
	for _, hangsUp := range []bool{true, false} {
		t.Run(fmt.Sprintf("hangs up %v", hangsUp), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &late{}
				b := rig{T: t, Gates: New(l, roomy)}
				l.meanwhile = b.enter(opus, Visit{MaxConcurrency: 1}).Release
				var gone clock.Signal
				if hangsUp {
					time.AfterFunc(time.Second, gone.Fire)
				}
				p, r := b.Enter(opus, Visit{MaxConcurrency: 1, Queue: time.Minute, Gone: &gone})
				if hangsUp && (r == nil || !r.Gone) || !hangsUp && p == nil {
					t.Errorf("permit %v, refusal %+v", p, r)
				}
				if p != nil {
					p.Release()
				}
				if h := b.Health(opus); h.InFlight != 0 {
					t.Errorf("%d in flight", h.InFlight)
				}
				b.check()
			})
		})
	}
}

// Someone leaves between the end of a pause and the alarm that is to wake the line for it.
func TestALateAlarmIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := rig{T: t, Gates: New(&late{meanwhile: func() {}, by: 2 * time.Second}, roomy)}
		b.Pause(opus, 10*time.Second, Cause{})
		began := time.Now()
		go b.Enter(opus, Visit{Queue: 11 * time.Second})
		b.enter(opus, Visit{Queue: time.Minute}).Release()
		if after := time.Since(began); after != 12*time.Second {
			t.Errorf("admitted after %s", after)
		}
		b.check()
	})
}

func TestAHungUpClientLeavesAtOnce(t *testing.T) {
	virtual(t, roomy, func(b rig) {
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
