package replay

import (
	"encoding/json"
	"time"

	"spillway/engine"
)

// health is what ctx.health gave, as JSON has it. Null stands for what the target did not say.
type health struct {
	Paused     bool
	PausedFor  float64
	Pauses     float64
	Overloads  float64
	ErrorRate  float64
	InFlight   float64
	Limit      float64
	Queued     float64
	Mismatches float64
	P50, P95   float64
	RateLimit  struct{ Requests, Tokens, InputTokens, OutputTokens *allowance }
}

type allowance struct {
	Limit, Remaining float64
	ResetIn          *float64
}

// healthOf is a recorded health as a policy saw it at a moment. What is none is a gate at rest.
func healthOf(value any, now time.Time) engine.Health {
	text, err := json.Marshal(value)
	if err != nil {
		return engine.Health{}
	}
	var h health
	if err := json.Unmarshal(text, &h); err != nil {
		return engine.Health{}
	}
	return engine.Health{
		Paused: h.Paused, PausedFor: durationOf(h.PausedFor), Pauses: int(h.Pauses), Overloads: int(h.Overloads), ErrorRate: h.ErrorRate,
		InFlight: int(h.InFlight), Limit: int(h.Limit), Queued: int(h.Queued), Mismatches: int(h.Mismatches),
		P50: durationOf(h.P50), P95: durationOf(h.P95),
		RateLimits: engine.RateLimits{
			Requests: h.RateLimit.Requests.at(now), Tokens: h.RateLimit.Tokens.at(now),
			InputTokens: h.RateLimit.InputTokens.at(now), OutputTokens: h.RateLimit.OutputTokens.at(now),
		},
	}
}

func (a *allowance) at(now time.Time) engine.Allowance {
	if a == nil {
		return engine.Allowance{}
	}
	known := engine.Allowance{Limit: int(a.Limit), Remaining: int(a.Remaining)}
	if a.ResetIn != nil {
		known.Reset = now.Add(durationOf(*a.ResetIn))
	}
	return known
}
