package simulate

import (
	"strings"
	"time"

	"spillway/proxy/form"
)

// What a scenario can sensibly hold. Beyond it, nothing could be computed in time or in 64 bits.
const (
	maxDuration = 24 * time.Hour
	maxTokens   = 1_000_000
)

// durations reads a quantity of microseconds.
func durations(r *form.Report, n *form.Node) (quantity, bool) {
	return readSpread(r, n, func(text string) (int64, *form.Problem) {
		d, p := duration(text)
		return max(1, d.Microseconds()), p
	})
}

// tokens reads a quantity of tokens.
func tokens(r *form.Report, n *form.Node) (quantity, bool) {
	return readSpread(r, n, func(text string) (int64, *form.Problem) {
		count, p := form.Count(text)
		if p == nil && count > maxTokens {
			p = form.Wrong("is more than 1M tokens", "")
		}
		return int64(count), p
	})
}

// readSpread reads a quantity: a single value, or its median and its 95th percentile.
func readSpread(r *form.Report, n *form.Node, parse func(string) (int64, *form.Problem)) (quantity, bool) {
	if n.Kind != form.IsMapping {
		value, ok := form.ReadScalar(r, n, parse)
		return always(value), ok
	}
	var p50, p95 int64
	s := form.Open(r, n)
	median, high := form.Scalar(s, "p50", &p50, parse), form.Scalar(s, "p95", &p95, parse)
	s.Close()
	switch {
	case median == nil || high == nil:
		r.Fault(n, form.Wrong("a spread has a `p50` and a `p95`", "write { p50: …, p95: … }, or one value that is always so"))
	case p50 > 0 && p95 > 0 && p95 < p50:
		r.Fault(high, form.Wrong("the 95th percentile is below the median", ""))
	}
	return spread(max(1, p50), max(1, p50, p95)), !n.Broken
}

// duration reads a duration of at most a day.
func duration(text string) (time.Duration, *form.Problem) {
	d, p := form.Duration(text)
	if p == nil && d > maxDuration {
		p = form.Wrong("is longer than a day", "")
	}
	return d, p
}

// perTime are the units of a rate.
var perTime = map[string]time.Duration{"s": time.Second, "min": time.Minute, "h": time.Hour}

// rate reads how often something happens, such as 20/s, as the mean gap between two times.
func rate(text string) (time.Duration, *form.Problem) {
	const example = "20/s, 90/min or 5/h"
	number, unit, _ := strings.Cut(text, "/")
	per, ok := perTime[strings.TrimSpace(unit)]
	if !ok {
		return 0, form.Wrong("is no rate", "write one such as "+example)
	}
	n, p := form.Amount(strings.TrimSpace(number), "rate", example, map[string]float64{"": 1, "k": 1e3})
	if p != nil {
		return 0, p
	}
	if gap := float64(per) / n; n > 0 && gap >= float64(time.Microsecond) && gap <= float64(maxDuration) {
		return time.Duration(gap), nil
	}
	return 0, form.Wrong("is too low or too high a rate", "write one such as "+example)
}

// positive reads a number above 0, up to a million.
func positive(text string) (float64, *form.Problem) {
	n, p := form.Amount(text, "number", "2 or 0.5", map[string]float64{"": 1, "k": 1e3})
	if p == nil && (n <= 0 || n > 1e6) {
		p = form.Wrong("is not above 0, or more than a million", "")
	}
	return n, p
}
