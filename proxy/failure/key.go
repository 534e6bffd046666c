package failure

import (
	"strings"
	"time"

	"spillway/engine"
)

// lookAgain is after how long a key without money is worth another look, where nobody says when it will have some: somebody
// may have paid.
const lookAgain = 15 * time.Minute

// longestBench is the longest that a stated date is believed.
const longestBench = 366 * 24 * time.Hour

// monthly are the codes of limits that end at 00:00 UTC on the first of a month (Anthropic docs, errors).
const monthly = "enforced_spend_limit_reached contract_spend_limit_reached"

// readKey says what a failure means for the credential it was sent with.
func (r *Reading) readKey(f facts, a Answer) {
	switch r.Reason {
	case engine.ReasonAuth, engine.ReasonPermission:
		r.OfKey = true
	case engine.ReasonSpendLimit:
		r.OfKey = true
		r.Until = dateIn(r.Message)
		if r.Until.IsZero() && f.words.has(monthly) {
			now := a.Now.UTC()
			r.Until = time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		}
		if r.Rest = min(r.Until.Sub(a.Now), longestBench); r.Rest <= 0 {
			r.Rest = lookAgain
		}
	case engine.ReasonBilling:
		r.OfKey, r.Rest = true, lookAgain
	case engine.ReasonRateLimit:
		if r.OfKey = !strings.Contains(f.said, tooLargeForLimit); !r.OfKey {
			return
		}
		switch r.Rest = f.wait; {
		case r.Rest > 0:
		case f.noEndInSight():
			r.Rest = lookAgain
		case !a.InStream:
			r.Rest = refills(RateLimits(a.API, a.header, a.Now), a.Now)
		}
	}
}
