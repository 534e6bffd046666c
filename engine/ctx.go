package engine

import "time"

// Ctx is the world around one decision.
type Ctx struct {
	// Now is the decision's moment; JavaScript's Date reads it too.
	Now time.Time
	// TimeLeft is what remains of the request's deadline.
	TimeLeft time.Duration
	// StepsLeft is how many more sends the request may make, of eight.
	StepsLeft int
	// Seed feeds random() and Math.random, so that a recorded decision can be replayed.
	Seed uint64
	// World answers what changes while requests run. Nil reads as a world at rest.
	World World
}

// World is the live state a policy may ask about. Its methods may be called from any goroutine.
type World interface {
	// Health is the state of a target's gate for a model (an alias is accepted); model "" means the target's worst gate.
	Health(target, model string) Health
	// OpensIn is the wait until the earliest usable gate opens; false when none is known to open. 0 means one is open now.
	OpensIn() (time.Duration, bool)
	// Cost is the dollars that sending the request to a target, as a model (an alias is accepted; "" = the request's own), is
	// expected to cost; false when no price is known.
	Cost(target, model string) (dollars float64, known bool)
	// Count is the value of a shared counter.
	Count(name string) float64
}

// Health is how one gate, a (target, model) pair, is doing. Rates and latencies are over the last 60 s.
type Health struct {
	Paused     bool          // the gate is paused or probing: an ordinary request would not pass now
	PausedFor  time.Duration // until the pause ends; 0 when open or probing
	Pauses     int           // pauses in a row, reset when a probe succeeds
	Overloads  int           // consecutive overloads
	ErrorRate  float64       // failures of the target's making / sends, 0 to 1
	InFlight   int           // requests at the target now
	Limit      int           // how many may be there now
	Queued     int           // requests standing in line
	Mismatches int           // answers so far that were not as asked for: another model, too long, not counted, oddly streamed
	P50, P95   time.Duration // time from send to first content
	RateLimits RateLimits    // what the target last said of its limits
}

// RateLimits is what a target's rate limit headers last said.
type RateLimits struct {
	Requests, Tokens, InputTokens, OutputTokens Allowance
}

// Allowance is one rate limit. The zero value means the target said nothing of it.
type Allowance struct {
	Limit, Remaining int
	Reset            time.Time // when Remaining is Limit again
}

// Target is what a policy may know of a configured target.
type Target struct {
	Name    string
	Dialect API
	Models  map[string]string // alias to model name
	Price   map[string]Price  // by resolved model name
}

// Price is in USD per million tokens.
type Price struct {
	Input, Output float64
	// CacheRead is for a token of the prompt that was in the cache, CacheWrite for one that is kept there for five minutes.
	CacheRead, CacheWrite float64
}

// Environment is what every decision of a snapshot shares. It is read once, when a runtime is born.
type Environment struct {
	// Targets in the order of the configuration.
	Targets []Target
	// Vars is the configuration's vars: a JSON-like tree of maps, slices, strings, float64 or int, bools and nil.
	Vars map[string]any
}
