package pulse

import (
	"time"

	"spillway/proxy/latency"
	"spillway/proxy/trace"
)

// smooth is over how many seconds percentiles are taken: those of a single second would jump.
const smooth = 10

// Series is the last [Span] seconds as JSON, the oldest first; every list is as long. The last second is still under way.
type Series struct {
	// Ends is the last second, since 1970.
	Ends int64 `json:"ends"`
	// Outcomes are requests that ended, by outcome, without those that count as refused.
	Outcomes map[trace.Outcome][]int `json:"outcomes"`
	// Refused are requests answered with an error for a fault of their own, by Spillway or by a target.
	Refused []int `json:"refused"`
	// Sends are attempts that reached a target and ended, and Overloads how many of them met an overload.
	Sends     []int `json:"sends"`
	Overloads []int `json:"overloads"`
	// P50 and P95 are the milliseconds from arrival to first content, over the ten seconds up to each; 0 = none.
	P50 []float64 `json:"p50"`
	P95 []float64 `json:"p95"`
	// Tokens and Dollars are what the requests cost that ended.
	Tokens  []int     `json:"tokens"`
	Dollars []float64 `json:"dollars"`
}

// Series is a copy of the last seconds up to now.
func (p *Pulse) Series(now time.Time) *Series {
	s := &Series{Ends: now.Unix(), Outcomes: make(map[trace.Outcome][]int, len(trace.Outcomes))}
	seconds := p.recent(s.Ends)
	for i, outcome := range trace.Outcomes {
		s.Outcomes[outcome] = column(seconds, func(s *second) int { return s.outcomes[i] })
	}
	s.Refused = column(seconds, func(s *second) int { return s.refused })
	s.Sends = column(seconds, func(s *second) int { return s.sends })
	s.Overloads = column(seconds, func(s *second) int { return s.overloads })
	s.Tokens = column(seconds, func(s *second) int { return s.tokens })
	s.Dollars = column(seconds, func(s *second) float64 { return s.dollars })
	s.P50, s.P95 = percentiles(seconds)
	return s
}

// recent copies the seconds, in order; those in which nothing happened are empty.
func (p *Pulse) recent(last int64) []second {
	seconds := make([]second, Span)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range seconds {
		number := last - Span + 1 + int64(i)
		if s := &p.seconds[uint64(number)%Span]; s.number == number {
			seconds[i] = *s
		}
	}
	return seconds
}

func column[T any](seconds []second, of func(*second) T) []T {
	values := make([]T, len(seconds))
	for i := range seconds {
		values[i] = of(&seconds[i])
	}
	return values
}

func percentiles(seconds []second) (p50, p95 []float64) {
	p50, p95 = make([]float64, len(seconds)), make([]float64, len(seconds))
	for i := range seconds {
		var all latency.Histogram
		for j := max(0, i-smooth+1); j <= i; j++ {
			if seconds[j].sends > 0 {
				all.Add(&seconds[j].firstContent)
			}
		}
		p50[i], p95[i] = ms(all.Quantile(.50)), ms(all.Quantile(.95))
	}
	return p50, p95
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
