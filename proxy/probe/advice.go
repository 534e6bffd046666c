package probe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"spillway/engine"
	"spillway/engine/nearest"
	"spillway/proxy/failure"
)

// keyVariable is where a dialect's SDKs look for a key.
func keyVariable(api engine.API) string {
	if api == engine.OpenAI {
		return "OPENAI_API_KEY"
	}
	return "ANTHROPIC_API_KEY"
}

// explain says what a failure means for the one who configures, and what to do.
func (p *patient) explain(r *Result, f failure.Reading) {
	switch f.Reason {
	case engine.ReasonConnection:
		if r.Reached == OK {
			r.Streams = No
			r.advise("broke off while it answered: " + f.Message)
			return
		}
		r.Reached = No
		r.advise("cannot be reached: " + strings.TrimPrefix(f.Message, failure.ErrConnect.Error()+": ") + "; check `url: " + p.target.URL + "`")
	case engine.ReasonTimeout:
		r.advise(fmt.Sprintf("said nothing within %s: %s", p.patience, f.Message))
	case engine.ReasonAuth:
		if found := p.findPlace(); found != "" {
			r.advise(found)
			return
		}
		r.Authorised = No
		r.advise("does not take this key: " + f.Message)
	case engine.ReasonPermission:
		r.Authorised = No
		r.advise("knows the key, and does not let it do this: " + f.Message)
	case engine.ReasonNotFound:
		p.explainMissing(r, f)
	case engine.ReasonSpendLimit:
		r.Authorised, r.Limits = OK, "spend limit"
		r.advise("the key has reached its spend limit" + until(f.Until) + ": " + f.Message)
	case engine.ReasonRateLimit, engine.ReasonOverloaded:
		r.Authorised, r.Limits = OK, string(f.Reason)
		r.advise("turned this away for now (" + string(f.Reason) + "), which is what Spillway is for: " + f.Message)
	case engine.ReasonInvalid:
		r.Authorised = OK
		p.explainMissing(r, f)
	default:
		r.advise("failed (" + string(f.Reason) + "): " + f.Message)
	}
}

// explainMissing tells a wrong model from a wrong place.
func (p *patient) explainMissing(r *Result, f failure.Reading) {
	if !strings.Contains(f.Message, r.Model) {
		if found := p.findPlace(); found != "" {
			r.advise(found)
			return
		}
		if f.Reason == engine.ReasonInvalid {
			r.advise("refused the request: " + f.Message)
			return
		}
	}
	r.Exists = No
	text := "does not know the model " + r.Model
	if f.Message != "" {
		text += " (" + f.Message + ")"
	}
	switch near := nearest.Name(r.Model, p.listed); {
	case slices.Contains(p.listed, r.Model):
		text = "lists " + r.Model + ", and does not serve it with this key: " + f.Message
	case near != "":
		text += "; did you mean " + near + "?"
	}
	r.Authorised = OK
	r.advise(text)
}

// until is the end of a limit in words.
func until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ", until " + t.UTC().Format("2006-01-02 15:04 MST")
}

// limits is the tightest of what a target said of its limits.
func limits(l engine.RateLimits) string {
	for _, a := range []struct {
		engine.Allowance
		of string
	}{{l.Requests, "requests"}, {l.Tokens, "tokens"}, {l.InputTokens, "input tokens"}, {l.OutputTokens, "output tokens"}} {
		if a.Limit > 0 {
			return fmt.Sprintf("%d of %d %s", a.Remaining, a.Limit, a.of)
		}
	}
	return ""
}

// clockTolerance is by how much two clocks may differ.
const clockTolerance = time.Minute

// checkClock says so when this machine's clock is off, by the target's.
func (p *patient) checkClock(r *Result) {
	switch ahead := p.ahead.Round(time.Second); {
	case ahead > clockTolerance:
		r.advise(fmt.Sprintf("by its clock this machine's is %s behind: dates of limits and certificates are misread", ahead))
	case ahead < -clockTolerance:
		r.advise(fmt.Sprintf("by its clock this machine's is %s ahead: dates of limits and certificates are misread", -ahead))
	}
}
