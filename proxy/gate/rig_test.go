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

// rig is a set of gates on synctest's clock, with short words for what tests do.
type rig struct {
	*testing.T
	*Gates
}

func virtual(t *testing.T, s Settings, f func(b rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := rig{T: t, Gates: New(clock.Real{}, s)}
		f(b)
		synctest.Wait()
		b.check()
	})
}

var roomy = Settings{QueueRequests: 10_000, QueueTokens: 1_000_000_000, RetryBudget: 0.2}

func pass(d time.Duration) { clock.Real{}.Wait(d) }

func (b rig) enter(k Key, v Visit) *Permit {
	b.Helper()
	p, r := b.Enter(k, v)
	if r != nil {
		b.Fatalf("refused: %+v", *r)
	}
	return p
}

func (b rig) refused(k Key, v Visit, want engine.Reason) *Refusal {
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

func (b rig) serveWell(k Key) {
	b.Helper()
	p := b.enter(k, Visit{})
	p.Commit(time.Second)
	p.Release()
}

// check holds the gates against what must always be true of them.
func (b rig) check() {
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
