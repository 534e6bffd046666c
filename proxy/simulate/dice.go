package simulate

import (
	"math/rand/v2"
	"time"
)

// dice are the chances of one thing, such as a request: a stream of random numbers that the seed and the thing's number alone
// decide. So a request is as heavy under every contender, whatever happened before it.
type dice struct{ source *rand.PCG }

// newDice are the dice of a thing. Things that need dice of their own for the same number differ in what they are for.
func newDice(seed uint64, what string, number uint64) dice {
	mixed := seed ^ 0x9e3779b97f4a7c15
	for _, c := range []byte(what) {
		mixed = (mixed ^ uint64(c)) * 0x100000001b3 // FNV-1a's prime
	}
	return dice{rand.NewPCG(mixed, number)}
}

// any is any number.
func (d dice) any() uint64 { return d.source.Uint64() }

// hits says whether something with a chance of 0 to 1 happens.
func (d dice) hits(chance float64) bool { return float64(d.any()>>11) < chance*(1<<53) }

// of draws from a distribution.
func (d dice) of(q quantity) int64 { return q.at(d.any()) }

// gap is the time to the next of events that come at random with a mean gap between them.
func (d dice) gap(mean time.Duration) time.Duration {
	return time.Duration(float64(mean) * float64(d.of(exponential)) / exponentialUnit)
}
