package failure

import (
	"strconv"
	"time"

	"spillway/engine"
)

// RateLimits reads the rate limit headers of any answer. Header finds a header by its case-insensitive name.
// Anthropic gives moments of reset (RFC 3339), OpenAI durations from now ("6m0s", "120ms"); some of its imitators, seconds.
func RateLimits(api engine.API, header func(name string) string, now time.Time) engine.RateLimits {
	if header == nil {
		return engine.RateLimits{}
	}
	read := func(what string) engine.Allowance { return anthropicAllowance(header, what) }
	if api == engine.OpenAI {
		read = func(what string) engine.Allowance { return openaiAllowance(header, what, now) }
	}
	return engine.RateLimits{
		Requests: read("requests"), Tokens: read("tokens"),
		InputTokens: read("input-tokens"), OutputTokens: read("output-tokens"),
	}
}

func anthropicAllowance(header func(string) string, what string) (a engine.Allowance) {
	prefix := "anthropic-ratelimit-" + what
	a.Limit, a.Remaining = count(header(prefix+"-limit")), count(header(prefix+"-remaining"))
	a.Reset, _ = time.Parse(time.RFC3339, header(prefix+"-reset"))
	return a
}

func openaiAllowance(header func(string) string, what string, now time.Time) (a engine.Allowance) {
	a.Limit, a.Remaining = count(header("x-ratelimit-limit-"+what)), count(header("x-ratelimit-remaining-"+what))
	value := header("x-ratelimit-reset-" + what)
	d, err := time.ParseDuration(value)
	if err != nil {
		d = units(value, time.Second)
	}
	if d > 0 {
		a.Reset = now.Add(min(d, maxWait))
	}
	return a
}

func count(value string) int {
	n, _ := strconv.Atoi(value)
	return max(0, n)
}

// exhausted says whether one of the limits is used up now and will be full again.
func exhausted(limits engine.RateLimits, now time.Time) bool { return refills(limits, now) > 0 }

// refills is how long it takes until all the limits that are used up are full again; 0 when none is, or it is not known.
func refills(limits engine.RateLimits, now time.Time) (wait time.Duration) {
	for _, a := range []engine.Allowance{limits.Requests, limits.Tokens, limits.InputTokens, limits.OutputTokens} {
		if a.Limit > 0 && a.Remaining == 0 {
			wait = max(wait, a.Reset.Sub(now))
		}
	}
	return wait
}
