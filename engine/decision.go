package engine

import "time"

// Input is everything a policy looks at in one decision.
type Input struct {
	Request  *Request
	Attempts []Attempt // oldest first
	Ctx      Ctx
}

// Decision is one call of a policy and its record. It is immutable.
type Decision struct {
	// Action is what was chosen. It is zero when Fault is set.
	Action Action
	// At is the source-mapped return statement that chose it; the zero Position when unknown.
	At Position
	// Reads lists what the policy looked at beyond the mere existence of its arguments, in order of first reading.
	Reads []Read
	// Replayable is false when the policy read the body, metadata, a header or a target's message, which are recorded as
	// hashes only.
	Replayable bool
	// Took is the time inside the policy.
	Took time.Duration
	// Recalled says that the policy was not called: it had decided before about a request that looked the same to it.
	Recalled bool
	// Fault is why there is no valid action; nil when there is one.
	Fault *Fault
	// Outcome classifies the call for metrics.
	Outcome Outcome
}

// Loggable is the decision's fault without words that may hold what the policy read of the prompt: logs have none of that. It
// stays whole where the request's story is told.
func (d *Decision) Loggable() *Fault {
	if d.Replayable || d.Outcome != OutcomeThrew && d.Outcome != OutcomeInvalid {
		return d.Fault
	}
	fault := *d.Fault
	fault.Message = "decide " + map[Outcome]string{OutcomeThrew: "threw", OutcomeInvalid: "returned no valid action"}[d.Outcome]
	fault.Hint = "its words are left out, for the policy had read of the prompt; spillway explain has them"
	return &fault
}

// Read is one value a policy looked at: Name as it stands in the policy ("request.model", "ctx.health(claude, opus)")
// and its value in JSON-like Go terms or as a [encoding/json.Marshaler], or "sha256:…" for what must not be kept.
type Read struct {
	Name  string
	Value any
}

// Outcome says how a call of a policy ended.
type Outcome string

// The outcomes.
const (
	OutcomeDecided   Outcome = "decided"   // a valid action
	OutcomeInvalid   Outcome = "invalid"   // returned something that is no action
	OutcomeThrew     Outcome = "threw"     // threw
	OutcomeTimedOut  Outcome = "timed_out" // was interrupted at its limit of time or memory
	OutcomeAbandoned Outcome = "abandoned" // could not be interrupted; its runtime was given up
	OutcomeBenched   Outcome = "benched"   // was not called, since it had to be stopped too often
)

// OnError says what the proxy does when a policy gives no valid action.
type OnError string

// The choices.
const (
	OnErrorPassthrough OnError = "passthrough" // one attempt at the first fitting target
	OnErrorDeny        OnError = "deny"        // fail the request
)
