package account

import (
	"math"

	"spillway/proxy/config"
)

// Amount is so much of everything that quotas count. Money is in billionths of a dollar, so that sums are exact.
type Amount struct {
	Requests, Tokens, Nanodollars int64
}

// nano is how many billionths a dollar has.
const nano = 1e9

// Spent is the amount of some tokens and dollars.
func Spent(tokens int, dollars float64) Amount {
	return Amount{Tokens: int64(tokens), Nanodollars: int64(math.Round(dollars * nano))}
}

// Dollars is the money in it.
func (a Amount) Dollars() float64 { return float64(a.Nanodollars) / nano }

// Of is how much there is of a measure, in the unit of [config.Quota].
func (a Amount) Of(m config.Measure) float64 {
	switch m {
	case config.Requests:
		return float64(a.Requests)
	case config.Tokens:
		return float64(a.Tokens)
	default:
		return a.Dollars()
	}
}

// AtLeast is the greater of two amounts, of everything.
func (a Amount) AtLeast(b Amount) Amount {
	return Amount{max(a.Requests, b.Requests), max(a.Tokens, b.Tokens), max(a.Nanodollars, b.Nanodollars)}
}

func (a Amount) plus(b Amount) Amount {
	return Amount{a.Requests + b.Requests, a.Tokens + b.Tokens, a.Nanodollars + b.Nanodollars}
}

func (a Amount) minus(b Amount) Amount {
	return Amount{a.Requests - b.Requests, a.Tokens - b.Tokens, a.Nanodollars - b.Nanodollars}
}

// share is a part of it, 0 to 1.
func (a Amount) share(part float64) Amount {
	of := func(n int64) int64 { return int64(math.Round(float64(n) * part)) }
	return Amount{of(a.Requests), of(a.Tokens), of(a.Nanodollars)}
}
