package account

import (
	"sync"
	"time"

	"spillway/proxy/config"
)

// Account is one client's. Safe for concurrent use.
type Account struct {
	client string

	mu      sync.Mutex
	quotas  []config.Quota
	spent   windows
	unsaved Amount // the part of spent that is not in the file
	held    Amount // by requests under way,
	open    int    // and how many those are
	total   Amount // spent since the start
	refused map[config.Quota]int64
}

// limit replaces the quotas.
func (a *Account) limit(quotas []config.Quota) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.quotas = quotas
}

// dirty says whether something has been spent that is not in the file.
func (a *Account) dirty() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unsaved != (Amount{})
}

// settled says whether nothing is to be saved of the account, nor will be.
func (a *Account) settled() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unsaved == (Amount{}) && a.open == 0
}

// Over is why a request is refused.
type Over struct {
	Quota config.Quota
	// At is when there is room again.
	At time.Time
	// Never says that this request alone is more than the quota.
	Never bool
}

// Hold admits a request that may cost so much, or says over which limit it would go; then nothing is held. The request
// itself is spent at once.
func (a *Account) Hold(cost Amount, now time.Time) (hold Hold, over *Over) {
	cost.Requests = 0
	a.mu.Lock()
	defer a.mu.Unlock()
	if over := a.over(cost, now); over != nil {
		if a.refused == nil {
			a.refused = map[config.Quota]int64{}
		}
		a.refused[over.Quota]++
		return Hold{}, over
	}
	a.held, a.open = a.held.plus(cost), a.open+1
	a.spend(Amount{Requests: 1}, now)
	return Hold{account: a, cost: cost}, nil
}

// epsilon is what sums of parts may be off by: a millionth of a token, or of a dollar.
const epsilon = 1e-6

// over is the limit that a request would go over; of several the one that lasts longest.
func (a *Account) over(cost Amount, now time.Time) (worst *Over) {
	if len(a.quotas) == 0 {
		return nil
	}
	a.spent.roll(now)
	need := cost.plus(Amount{Requests: 1})
	for _, q := range a.quotas {
		w := a.spent.of(q.Period)
		used, needed := w.counted(q, now)+a.held.Of(q.Measure), need.Of(q.Measure)
		if used < q.Most && used+needed <= q.Most+epsilon {
			continue
		}
		over := Over{Quota: q, At: w.room(q, needed), Never: needed > q.Most}
		if worst == nil || over.At.After(worst.At) {
			worst = &over
		}
	}
	return worst
}

func (a *Account) spend(amount Amount, now time.Time) {
	a.spent.roll(now)
	a.spent.add(amount)
	a.unsaved, a.total = a.unsaved.plus(amount), a.total.plus(amount)
}

// Hold is what a request that is under way may cost. The zero Hold holds nothing. One goroutine at a time owns it.
type Hold struct {
	account *Account // nil when nothing is held, or no longer
	cost    Amount
}

// Settle puts what was spent, until now, in the place of what was held. Only the first call does anything.
func (h *Hold) Settle(spent Amount, now time.Time) {
	a := h.account
	if a == nil {
		return
	}
	h.account = nil
	spent.Requests = 0
	a.mu.Lock()
	defer a.mu.Unlock()
	a.held, a.open = a.held.minus(h.cost), a.open-1
	a.spend(spent, now)
}

// Cost is what is held.
func (h *Hold) Cost() Amount { return h.cost }
