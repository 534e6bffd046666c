package simulate

import (
	"math"
	"time"
)

// levels is how finely a quantity is known. The rarest thing that happens is one in so many.
const levels = 1024

// quantity is something that varies, by its quantiles, in whole units. Nil is always 0.
//
// The quantiles are rounded and all that is done with them is in integers. So the last bits of a machine's exponential function
// do not show in any result.
type quantity []int64

// always is a quantity that does not vary.
func always(value int64) quantity { return quantity{value} }

// spread is a quantity with a median and a 95th percentile, log-normal between and beyond them: most are near the median, and a
// few are far above it, as with lengths of prompts and with latencies.
func spread(p50, p95 int64) quantity {
	if p50 == p95 {
		return always(p50)
	}
	sigma := math.Log(float64(p95)/float64(p50)) / normal(0.95)
	return quantiles(func(share float64) float64 { return float64(p50) * math.Exp(sigma*normal(share)) })
}

// normal is the standard normal distribution's quantile.
func normal(share float64) float64 { return math.Sqrt2 * math.Erfinv(2*share-1) }

func quantiles(at func(share float64) float64) quantity {
	q := make(quantity, levels)
	for i := range q {
		q[i] = int64(math.Round(at((float64(i) + 0.5) / levels)))
	}
	return q
}

// exponential is the gap between events that come at random, with a mean of exponentialUnit.
var exponential = quantiles(func(share float64) float64 { return -math.Log(1-share) * exponentialUnit })

const exponentialUnit = 1 << 20

// at is the value for a random number.
func (q quantity) at(random uint64) int64 {
	switch len(q) {
	case 0:
		return 0
	case 1:
		return q[0]
	}
	i := random >> 54
	next := q[min(i+1, levels-1)]
	between := int64(random << 10 >> 44) // of 2^20
	return q[i] + (next-q[i])*between>>20
}

// wait draws a quantity of microseconds.
func (d dice) wait(q quantity) time.Duration { return time.Duration(d.of(q)) * time.Microsecond }
