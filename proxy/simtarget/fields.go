package simtarget

import (
	"time"

	"spillway/engine"
)

// fields are the header fields that every answer of a dialect has.
func fields(r *Seen) []Field {
	if r.API == engine.OpenAI {
		return []Field{
			{"x-request-id", id("req", r, 0)},
			{"openai-processing-ms", "12"},
			{"openai-version", "2020-10-01"},
			{"x-ratelimit-limit-requests", "10000"},
			{"x-ratelimit-remaining-requests", "9999"},
			{"x-ratelimit-reset-requests", "6ms"},
			{"x-ratelimit-limit-tokens", "2000000"},
			{"x-ratelimit-remaining-tokens", "1999000"},
			{"x-ratelimit-reset-tokens", "30ms"},
		}
	}
	reset := r.At.Add(time.Second).UTC().Format(time.RFC3339)
	return []Field{
		{"request-id", id("req", r, 0)},
		{"anthropic-organization-id", "5e1f0c9a-0000-4000-8000-5111a7ed0000"},
		{"anthropic-ratelimit-requests-limit", "4000"},
		{"anthropic-ratelimit-requests-remaining", "3999"},
		{"anthropic-ratelimit-requests-reset", reset},
		{"anthropic-ratelimit-input-tokens-limit", "2000000"},
		{"anthropic-ratelimit-input-tokens-remaining", "1999000"},
		{"anthropic-ratelimit-input-tokens-reset", reset},
		{"anthropic-ratelimit-output-tokens-limit", "400000"},
		{"anthropic-ratelimit-output-tokens-remaining", "399000"},
		{"anthropic-ratelimit-output-tokens-reset", reset},
	}
}
