package account

import (
	"time"

	"spillway/proxy/config"
)

// State is an account at one moment.
type State struct {
	Client string
	// Spent is by period, in the order of [Periods].
	Spent [len(periods)]Amount
	// Held is what requests under way may cost, Total what was spent since the start of this process.
	Held, Total Amount
	Limits      []Limit
}

// Periods are those of State.Spent.
func Periods() [len(periods)]config.Period { return periods }

// Limit is how much of a quota is used.
type Limit struct {
	config.Quota

	// Used counts what requests under way may cost.
	Used float64
	// Resets is when nothing of it will be used any more, if nothing is spent until then.
	Resets time.Time
	// Refused is how many requests went over it since the start of this process.
	Refused int64
}

// Share is the part of the quota that is used; above 1 when an answer cost more than was held for it.
func (l Limit) Share() float64 { return l.Used / l.Most }

// State tells everything.
func (a *Account) State(now time.Time) State {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := State{Client: a.client, Held: a.held, Total: a.total}
	s.Spent, _ = a.spentBy(now)
	for _, q := range a.quotas {
		w := a.spent.of(q.Period)
		resets := next(q.Period, time.Unix(w.Start, 0).UTC())
		if slides(q.Period) {
			resets = next(q.Period, resets)
		}
		used := w.counted(q, now) + a.held.Of(q.Measure)
		s.Limits = append(s.Limits, Limit{Quota: q, Used: used, Resets: resets, Refused: a.refused[q]})
	}
	return s
}

// Spent is what was spent by period, in the order of [Periods], and the share of the tightest limit that is used, requests
// under way included in both.
func (a *Account) Spent(now time.Time) (spent [len(periods)]Amount, share float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	spent, share = a.spentBy(now)
	for i := range spent {
		spent[i] = spent[i].plus(a.held)
	}
	return spent, share
}

// spentBy is what was spent by period, and the share of the tightest limit.
func (a *Account) spentBy(now time.Time) (spent [len(periods)]Amount, share float64) {
	a.spent.roll(now)
	for i, p := range periods {
		spent[i] = a.spent[i].used(p, now)
	}
	for _, q := range a.quotas {
		w := a.spent.of(q.Period)
		share = max(share, (w.counted(q, now)+a.held.Of(q.Measure))/q.Most)
	}
	return spent, share
}
