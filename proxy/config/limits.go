package config

import (
	"time"

	"spillway/proxy/form"
)

// Limits bound what one process takes on.
type Limits struct {
	// Body is the most bytes a request's body may have.
	Body int64
	// Queue is how many requests may stand in line at all gates together.
	Queue int
	// QueueTokens is how many input tokens, estimated, may stand in line at all gates together.
	QueueTokens int
	// RetryBudget is the share of a target's recent successes that retries may add, 0 to 1.
	RetryBudget float64
	// Decide is how long one call of a policy may take.
	Decide time.Duration
	// EarlyHeaders is the quiet spell after which a streaming client gets its headers and pings.
	EarlyHeaders time.Duration
}

func defaultLimits() Limits {
	return Limits{
		Body:         32_000_000,
		Queue:        10_000,
		QueueTokens:  200_000_000,
		RetryBudget:  0.2,
		Decide:       20 * time.Millisecond,
		EarlyHeaders: 10 * time.Second,
	}
}

func readLimits(r *form.Report, n *form.Node) (Limits, bool) {
	l := defaultLimits()
	s := form.Open(r, n)
	form.Scalar(s, "body", &l.Body, form.Size)
	form.Scalar(s, "queue", &l.Queue, form.Count)
	form.Scalar(s, "queue_tokens", &l.QueueTokens, form.Count)
	form.Scalar(s, "retry_budget", &l.RetryBudget, form.Percent)
	form.Scalar(s, "decide", &l.Decide, form.Duration)
	form.Scalar(s, "early_headers", &l.EarlyHeaders, form.Duration)
	return l, s.Close()
}
