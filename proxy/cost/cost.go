// Package cost says what answers cost. Whoever counts money asks here: traces, metrics, the dashboard, limits and policies.
package cost

import (
	"spillway/engine"
	"spillway/proxy/config"
)

// Tokens are what an answer took, as the target counts it; where it does not tell, about as many as its length says.
type Tokens struct {
	// Input excludes what the cache gave or took.
	Input      int `json:"input"`
	Output     int `json:"output"`
	CacheRead  int `json:"cacheRead"`
	CacheWrite int `json:"cacheWrite"`
	// CacheWriteLong is how many of CacheWrite the cache keeps for an hour.
	CacheWriteLong int `json:"cacheWriteLong,omitempty"`
}

// Prompt is the length of the whole prompt.
func (t Tokens) Prompt() int { return t.Input + t.CacheRead + t.CacheWrite }

// Cost is money, in USD.
type Cost struct {
	// Dollars is all of it.
	Dollars float64 `json:"dollars"`
	// CacheSaved is how much more it would have been without a cache. It is below zero where the cache cost more to write than
	// it has given back: a later request may earn that.
	CacheSaved float64 `json:"cacheSaved"`
	// Known is false when nobody knows the price; the rest is then 0.
	Known bool `json:"-"`
}

// longWrite is how much more it costs to keep a token for an hour than for five minutes: twice its price as input instead of
// one and a quarter (Anthropic docs, prompt caching).
const longWrite = 2 / 1.25

// Of is what so many tokens cost at a target. models are names of the model, after aliases: of the price of the first that has one.
func Of(t *config.Target, n Tokens, models ...string) Cost {
	var price engine.Price
	known := false
	for i := 0; i < len(models) && !known; i++ {
		price, known = t.PriceOf(models[i], n.Prompt())
	}
	const million = 1e6
	long := min(n.CacheWriteLong, n.CacheWrite)
	written := (float64(n.CacheWrite-long) + longWrite*float64(long)) * price.CacheWrite
	cached := (float64(n.CacheRead)*price.CacheRead + written) / million
	return Cost{
		Dollars:    (float64(n.Input)*price.Input+float64(n.Output)*price.Output)/million + cached,
		CacheSaved: float64(n.CacheRead+n.CacheWrite)*price.Input/million - cached,
		Known:      known,
	}
}
