package config

import "time"

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

func readLimits(r *report, n *node) (Limits, bool) {
	l := defaultLimits()
	s := openSection(r, n)
	scalar(s, "body", &l.Body, parseSize)
	scalar(s, "queue", &l.Queue, parseCount)
	scalar(s, "queue_tokens", &l.QueueTokens, parseCount)
	scalar(s, "retry_budget", &l.RetryBudget, parsePercent)
	scalar(s, "decide", &l.Decide, parseDuration)
	scalar(s, "early_headers", &l.EarlyHeaders, parseDuration)
	return l, s.close()
}
