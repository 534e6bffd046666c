package gate

import (
	"testing"
	"testing/synctest"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
)

func TestRetriesStayUnderAShareOfSuccessesAndAFloor(t *testing.T) {
	for name, c := range map[string]struct {
		share     float64
		successes int
		want      int
	}{
		"floor":             {0.2, 0, budgetFloor},
		"share":             {0.2, 100, budgetFloor + 20},
		"no share":          {0, 100, budgetFloor},
		"a nonsensical one": {-1, 100, budgetFloor},
		"everything":        {1, 50, budgetFloor + 50},
	} {
		t.Run(name, func(t *testing.T) {
			s := roomy
			s.RetryBudget = c.share
			virtual(t, s, func(b rig) {
				for range c.successes {
					b.serveWell(opus)
				}
				if left := b.States(); len(left) > 0 && left[0].RetriesLeft != c.want {
					t.Errorf("%d left", left[0].RetriesLeft)
				}
				for range c.want {
					b.enter(haiku, Visit{Resend: true}).Release()
				}
				b.refused(opus, Visit{Resend: true}, engine.ReasonBudget)
				b.serveWell(opus) // a first send is free
				pass(2 * budgetSlots * time.Second)
				for range budgetFloor {
					b.enter(opus, Visit{Resend: true}).Release()
				}
				b.refused(opus, Visit{Resend: true}, engine.ReasonBudget)
			})
		})
	}
}

func TestARetryThatWasNotSentCostsNothing(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		var gone clock.Signal
		retry := Visit{Resend: true, Queue: 3 * time.Second, Gone: &gone, MaxConcurrency: 1}
		holder := b.enter(opus, retry)
		left := func() int { return b.States()[0].RetriesLeft }
		stand := func(v Visit, end func()) {
			refused := make(chan *Refusal)
			go func() {
				_, r := b.Enter(opus, v)
				refused <- r
			}()
			synctest.Wait()
			if n := left(); n != budgetFloor-2 {
				t.Errorf("%d left while one is in line", n)
			}
			end()
			<-refused
			if n := left(); n != budgetFloor-1 {
				t.Errorf("%d left when it was refused", n)
			}
		}
		stand(retry, gone.Fire)
		retry.Gone = nil
		stand(retry, func() {}) // its time is up
		stand(retry, func() { b.Pause(opus, time.Hour, Cause{}) })
		b.refused(opus, retry, engine.ReasonPaused)
		retry.Queue = 0
		b.refused(opus, retry, engine.ReasonPaused)
		if n := left(); n != budgetFloor-1 {
			t.Errorf("%d left", n)
		}
		holder.Release()
	})
}

// A retry that gives up after the budget's window is over has been forgotten: it adds none.
func TestALateRefundMakesNoRetries(t *testing.T) {
	virtual(t, roomy, func(b rig) {
		holder := b.enter(opus, Visit{MaxConcurrency: 1})
		for range budgetFloor {
			go func() { b.Enter(opus, Visit{Resend: true, Queue: (budgetSlots + 1) * time.Second, MaxConcurrency: 1}) }()
		}
		pass((budgetSlots + 2) * time.Second)
		if n := b.States()[0].RetriesLeft; n != budgetFloor {
			t.Errorf("%d left", n)
		}
		holder.Release()
	})
}
