// Package trace keeps what happened to recent requests: every decision with what it saw, what it chose and why, and
// every attempt that came of it. It holds no text of prompts or answers.
package trace

import (
	"strings"
	"sync"
	"time"

	"spillway/engine"
	"spillway/engine/replay"
	"spillway/proxy/cost"
	"spillway/proxy/fidelity"
)

// Record is one request. The fields above mu are set before the record is added to a [Log] and never written again.
type Record struct {
	ID, Path, Model, Client string
	API                     engine.API
	Stream                  bool
	Bytes                   int
	Policy, Revision        string
	Snapshot                *replay.Snapshot
	// Asked is the request as policies saw it, without its content.
	Asked engine.Request
	// Sources gives the text of the policy's lines; nil gives none.
	Sources Sources
	Began   time.Time

	mu    sync.Mutex
	steps []Step
	end   End
}

// Sources gives the text of a line of a policy, "" when it is unknown.
type Sources interface {
	Line(at engine.Position) string
}

// Line is the text of a line of the policy that decided.
func (r *Record) Line(at engine.Position) string {
	if r.Sources == nil {
		return ""
	}
	return strings.TrimSpace(r.Sources.Line(at))
}

// Rows are the decisions so far as rows of a table of tests.
func (r *Record) Rows() []string {
	var rows []string
	var attempts []engine.Attempt
	for i, s := range r.Steps() {
		made := replay.Made{
			Snapshot: r.Snapshot, Policy: r.Policy, Number: i + 1, Decision: s.Decision,
			Input: engine.Input{
				Request: &r.Asked, Attempts: attempts,
				Ctx: engine.Ctx{Now: s.At, TimeLeft: s.TimeLeft, StepsLeft: s.StepsLeft, Seed: s.Seed},
			},
		}
		rows = append(rows, made.Line().Decision.Row(r.Snapshot.Environment()))
		attempts = append(attempts, s.Attempts...)
	}
	return rows
}

// Step is one decision and what came of it.
type Step struct {
	At time.Time
	// TimeLeft, StepsLeft and Seed are what the policy was given beside what its decision's reads tell.
	TimeLeft  time.Duration
	StepsLeft int
	Seed      uint64
	Decision  engine.Decision
	// Notes say what the proxy did otherwise than decided, and why: edits that the caller forbids, an onError action.
	Notes []string
	// Attempts are the failures that followed: none when the decision ended the request, two when a hedge failed too.
	Attempts []engine.Attempt
}

// End is how a request ended. The zero value means it is still under way.
type End struct {
	At      time.Time
	Outcome Outcome
	// Status is what the client got; 0 when it had left.
	Status int
	// Target and Model are who answered; empty when none did.
	Target, Model string
	Edits         []string
	// Sends is how many attempts reached for a target.
	Sends int
	// FirstContent is the time from the request's arrival to the commit of its answer; 0 when there was none.
	FirstContent time.Duration
	Usage        Usage
	// Estimated says that the target did not tell all of Usage, and it is by the length of what came.
	Estimated bool
	// Cost is what that comes to.
	Cost cost.Cost
	// Mismatches is what of the answer was not as it was asked for.
	Mismatches []fidelity.Mismatch
	// Message says what went wrong; "" when nothing did.
	Message string
}

// Usage is what an answer took in tokens, as the target counts it.
type Usage = cost.Tokens

// Outcome classifies the end of a request.
type Outcome string

// The outcomes.
const (
	OK     Outcome = "ok"     // a target's answer reached the client to its end
	Failed Outcome = "failed" // the client got an error
	Broken Outcome = "broken" // the answer broke after its first content
	Gone   Outcome = "gone"   // the client hung up first
)

// Outcomes lists them all.
var Outcomes = [...]Outcome{OK, Failed, Broken, Gone}

// Add appends a step.
func (r *Record) Add(s Step) {
	r.mu.Lock()
	r.steps = append(r.steps, s)
	r.mu.Unlock()
}

// Attempted notes a failure that came of the latest step.
func (r *Record) Attempted(a engine.Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.steps); n > 0 {
		r.steps[n-1].Attempts = append(r.steps[n-1].Attempts, a)
	}
}

// Note adds to the notes of the latest step.
func (r *Record) Note(notes ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.steps); n > 0 {
		r.steps[n-1].Notes = append(r.steps[n-1].Notes, notes...)
	}
}

// Finish sets the end. Only the first call counts; it says whether it was this one.
func (r *Record) Finish(e End) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end.Outcome != "" {
		return false
	}
	r.end = e
	return true
}

// Steps is a copy of the steps so far.
func (r *Record) Steps() []Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Step(nil), r.steps...)
}

// End is how the request ended.
func (r *Record) End() End {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.end
}
