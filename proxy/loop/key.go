package loop

import (
	"time"

	"spillway/engine"
	"spillway/proxy/failure"
	"spillway/proxy/gate"
)

// How long keys are left alone.
const (
	longestRest   = 10 * time.Minute // after a rate limit, whatever the target asks for: then one request finds out again
	shortRest     = 5 * time.Second  // after a rate limit without a word of how long, if there is another key
	permissionOff = 5 * time.Minute  // for a model that it may not use
	strikes       = 2                // refusals in a row that condemn a key that worked before: one may be about its request
)

// key is the fingerprint of the key that the attempt was sent with; "" when nothing was sent.
func (t *try) key() string {
	if t.permit == nil || t.sentAt.IsZero() {
		return ""
	}
	return t.permit.Key()
}

// judgeKey says what a failure means for the key it was sent with, and so for the request: with another key the same target may
// be tried again at once.
func (t *try) judgeKey(f *failed, r failure.Reading) {
	key := t.permit.Key()
	if key == "" || !r.OfKey {
		return
	}
	f.ofKey = true
	f.OtherKey = t.permit.OtherKey(t.x.triedKeys)
	bench, guilty := t.sentence(r, f.OtherKey)
	if guilty && t.permit.Bench(bench) && t.Benched != nil {
		t.Benched(t.target, key, bench)
	}
	if f.OtherKey && f.Retry != engine.RetryNever {
		f.Retry, f.RetryAfter = engine.RetrySame, 0
	}
}

// sentence is for how long a key is left alone, and whether it is.
func (t *try) sentence(r failure.Reading, other bool) (gate.Bench, bool) {
	b := gate.Bench{Reason: r.Reason, Message: t.mask(r.Message)}
	switch r.Reason {
	case engine.ReasonAuth:
		inARow, proven := t.permit.Refused()
		b.Whole = true
		return b, !proven || inARow >= strikes
	case engine.ReasonPermission:
		inARow, _ := t.permit.Refused()
		b.For = permissionOff
		return b, inARow >= strikes
	case engine.ReasonRateLimit:
		b.For = min(r.Rest, longestRest)
		if b.For == 0 && other {
			b.For = shortRest
		}
		return b, b.For > 0
	default:
		b.Whole, b.For = true, r.Rest
		return b, b.For > 0
	}
}
