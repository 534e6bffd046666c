package runtime

import (
	"time"

	"spillway/engine"
)

// gateHealth is what ctx.health gives, with the moment that its durations count from.
type gateHealth struct {
	engine.Health
	now           time.Time
	target, model string // as the policy named them
}

func healthOf(ctx *engine.Ctx, target, model string) gateHealth {
	h := gateHealth{now: ctx.Now, target: target, model: model}
	if ctx.World != nil {
		h.Health = ctx.World.Health(target, model)
	}
	return h
}

var healthShape = newShape("health", false, []field[gateHealth]{
	{name: "paused", read: func(_ *call, h gateHealth) any { return h.Paused }},
	{name: "pausedFor", read: func(_ *call, h gateHealth) any { return milliseconds(h.PausedFor) }},
	{name: "pauses", read: func(_ *call, h gateHealth) any { return h.Pauses }},
	{name: "overloads", read: func(_ *call, h gateHealth) any { return h.Overloads }},
	{name: "errorRate", read: func(_ *call, h gateHealth) any { return h.ErrorRate }},
	{name: "inFlight", read: func(_ *call, h gateHealth) any { return h.InFlight }},
	{name: "limit", read: func(_ *call, h gateHealth) any { return h.Limit }},
	{name: "queued", read: func(_ *call, h gateHealth) any { return h.Queued }},
	{name: "mismatches", read: func(_ *call, h gateHealth) any { return h.Mismatches }},
	{name: "p50", read: func(_ *call, h gateHealth) any { return milliseconds(h.P50) }},
	{name: "p95", read: func(_ *call, h gateHealth) any { return milliseconds(h.P95) }},
	{name: "rateLimit", read: func(_ *call, h gateHealth) any { return part[gateHealth]{rateLimitsShape, h} }},
}...).asking(func(h gateHealth) question { return question{of: ofHealth, target: h.target, model: h.model} })

var rateLimitsShape = newShape("health.rateLimit", false, []field[gateHealth]{
	{name: "requests", read: func(_ *call, h gateHealth) any { return h.allowance(h.RateLimits.Requests) }},
	{name: "tokens", read: func(_ *call, h gateHealth) any { return h.allowance(h.RateLimits.Tokens) }},
	{name: "inputTokens", read: func(_ *call, h gateHealth) any { return h.allowance(h.RateLimits.InputTokens) }},
	{name: "outputTokens", read: func(_ *call, h gateHealth) any { return h.allowance(h.RateLimits.OutputTokens) }},
}...)

// allowance is one rate limit, nil when the target said nothing of it.
func (h gateHealth) allowance(a engine.Allowance) any {
	if a == (engine.Allowance{}) {
		return nil
	}
	return part[allowance]{allowanceShape, allowance{a, h.now}}
}

type allowance struct {
	engine.Allowance
	now time.Time
}

var allowanceShape = newShape("rate limit", false, []field[allowance]{
	{name: "limit", read: func(_ *call, a allowance) any { return a.Limit }},
	{name: "remaining", read: func(_ *call, a allowance) any { return a.Remaining }},
	{name: "resetIn", read: func(_ *call, a allowance) any {
		if a.Reset.IsZero() {
			return nil
		}
		return milliseconds(max(0, a.Reset.Sub(a.now)))
	}},
}...)
