package candidate

import (
	"fmt"
	"math"
	"time"
)

// Ended is how a request ended, as a trial counts it.
type Ended struct {
	// Candidate says that the candidate decided, and not the live policy.
	Candidate bool
	// Counts says whether it counts as a success or a failure: neither what the client did wrong nor a client that left does.
	Counts, Success bool
	// Faulted says that a decision of it had no valid action.
	Faulted bool
}

// RolledBack says when a canary was stopped, and why.
type RolledBack struct {
	At  time.Time `json:"at"`
	Why string    `json:"why"`
}

// Bounds of what is no accident.
const (
	fewFaults = 3    // so many requests may fault, if any may, before their share counts
	certainty = 1.64 // standard errors that a difference of success must exceed: one in twenty does by chance
)

// Ended notes the end of a request. It gives the rollback that this has brought about, once; nil otherwise.
func (t *Trial) Ended(e Ended, now time.Time) *RolledBack {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !e.Candidate {
		t.live.add(e, now, t.Settings.Rollback.Window)
		return nil
	}
	t.own.add(e, now, t.Settings.Rollback.Window)
	if t.rolledBack != nil {
		return nil
	}
	if why := t.verdict(now); why != "" {
		t.rolledBack = &RolledBack{At: now, Why: why}
	}
	return t.rolledBack
}

// verdict is why the candidate must go, "" if it may stay.
func (t *Trial) verdict(now time.Time) string {
	own, live, rule := t.own.sum(now, t.Settings.Rollback.Window), t.live.sum(now, t.Settings.Rollback.Window), t.Settings.Rollback
	if share := own.share(own.Faulted); own.Faulted > 0 && (own.Faulted >= fewFaults || rule.Errors == 0) && share > rule.Errors {
		return fmt.Sprintf("it gave no valid action in %d of its %d requests: %s, and %s are allowed",
			own.Faulted, own.Requests, percent(share), percent(rule.Errors))
	}
	if own.counted() < rule.Requests || live.counted() == 0 {
		return ""
	}
	behind := live.success() - own.success()
	if behind > rule.Success && behind > certainty*spread(own, live) {
		return fmt.Sprintf("%s of its %d requests succeeded, and %s of the live policy's %d: it may be %s behind",
			percent(own.success()), own.counted(), percent(live.success()), live.counted(), percent(rule.Success))
	}
	return ""
}

// spread is the standard error of the difference of two shares of success, if there is none in truth.
func spread(a, b Tally) float64 {
	n, m := float64(a.counted()), float64(b.counted())
	p := float64(a.Succeeded+b.Succeeded) / (n + m)
	return math.Sqrt(p * (1 - p) * (1/n + 1/m))
}

func percent(share float64) string { return fmt.Sprintf("%.4g%%", 100*share) }

// RolledBack says that the canary was stopped; nil while it decides.
func (t *Trial) RolledBack() *RolledBack {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rolledBack
}

// Requests are those within the window: the candidate's and the live policy's.
func (t *Trial) Requests(now time.Time) (own, live Tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.own.sum(now, t.Settings.Rollback.Window), t.live.sum(now, t.Settings.Rollback.Window)
}

// Total are all requests of the trial: the candidate's and the live policy's.
func (t *Trial) Total() (own, live Tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.own.total, t.live.total
}
