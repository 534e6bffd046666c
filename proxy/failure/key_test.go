package failure

import (
	"testing"
	"time"

	"spillway/engine"
)

// What a failure means for the key: now is 23 November 2026, 10:00 UTC.
func TestTheKeysPart(t *testing.T) {
	const none, again = 0, 15 * time.Minute
	firstOfMonth := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Sub(now)
	genuineHeaders := map[string]string{"request-id": "req_1"}
	for name, c := range map[string]struct {
		api     engine.API
		status  int
		body    string
		headers map[string]string
		ofKey   bool
		rest    time.Duration
	}{
		"an overload":                  {engine.Anthropic, 529, anthropic("overloaded_error", "Overloaded"), nil, false, none},
		"a wrong request":              {engine.Anthropic, 400, anthropic("invalid_request_error", "no"), nil, false, none},
		"a bad key":                    {engine.Anthropic, 401, anthropic("authentication_error", "invalid x-api-key"), nil, true, none},
		"no permission":                {engine.Anthropic, 403, anthropic("permission_error", "no"), nil, true, none},
		"a rate limit":                 {engine.Anthropic, 429, anthropic("rate_limit_error", "slow"), map[string]string{"retry-after": "30"}, true, 30 * time.Second},
		"a rate limit without a word":  {engine.OpenAI, 429, `{"error":{"message":"slow","code":"rate_limit_exceeded"}}`, nil, true, none},
		"a limit that says when":       {engine.OpenAI, 429, `{"error":{"message":"slow"}}`, map[string]string{"x-ratelimit-limit-tokens": "9", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "42s"}, true, 42 * time.Second},
		"one request is too large":     {engine.OpenAI, 429, `{"error":{"message":"Request too large for gpt-4o on tokens per min"}}`, nil, false, none},
		"a limit that will not pass":   {engine.Anthropic, 429, anthropic("rate_limit_error", "no more"), genuineHeaders, true, again},
		"spent until a date":           {engine.Anthropic, 400, anthropic("invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-05 at 00:00 UTC."), nil, true, firstOfMonth + 4*24*time.Hour},
		"spent until the first":        {engine.Anthropic, 429, `{"type":"error","error":{"type":"rate_limit_error","message":"no","details":{"error_code":"enforced_spend_limit_reached"}}}`, nil, true, firstOfMonth},
		"spent, by a date gone by":     {engine.Anthropic, 400, anthropic("invalid_request_error", "You have reached your specified API usage limits until 2026-11-01."), nil, true, again},
		"spent, by a date far away":    {engine.Anthropic, 400, anthropic("invalid_request_error", "You have reached your specified API usage limits until 9999-11-01."), nil, true, longestBench},
		"without credit":               {engine.OpenAI, 429, `{"error":{"message":"no","type":"insufficient_quota","code":"insufficient_quota"}}`, nil, true, again},
		"without credit, at Anthropic": {engine.Anthropic, 400, anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), nil, true, again},
	} {
		got := Read(Answer{API: c.api, Status: c.status, Body: []byte(c.body), Header: headers(c.headers), Now: now})
		if got.OfKey != c.ofKey || got.Rest != c.rest {
			t.Errorf("%s: of the key %v, rest %s, want %v, %s (%+v)", name, got.OfKey, got.Rest, c.ofKey, c.rest, got)
		}
	}
	december := Read(Answer{API: engine.Anthropic, Status: 429, Now: time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC),
		Body: []byte(`{"type":"error","error":{"type":"rate_limit_error","message":"no","details":{"error_code":"contract_spend_limit_reached"}}}`)})
	if !december.Until.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) || december.Rest != time.Hour {
		t.Errorf("in December: %+v", december)
	}
}
