package engine

import (
	"encoding/json"
	"time"
)

// Action is what a policy wants done: exactly one of Send and Fail, with effects beside it. It has been validated.
type Action struct {
	Send *Send
	Fail *Fail
	// Pause closes a gate for everyone, before the send of the same action.
	Pause *Pause
	// Count adds to shared counters.
	Count map[string]float64
	// Because is the policy's own words for the trace.
	Because string
}

// Send is one attempt to make.
type Send struct {
	Target    string
	Model     string                     // "" = the model the client asked for; goes through the target's aliases
	After     time.Duration              // wait first
	Queue     time.Duration              // how long to stand in line at a closed or full gate; 0 = do not
	MaxTokens int                        // an upper bound; 0 = none
	Trim      *Trim                      // nil = the whole history
	Timeout   time.Duration              // bounds the attempt until commit; 0 = the target's own
	Headers   map[string]string          // set on the request
	Body      map[string]json.RawMessage // merged into the body's top level; null deletes
	Hedge     *Hedge                     // nil = none
}

// Trim says which old parts of a conversation may go.
type Trim struct {
	KeepToolResults *int     // how many of the newest tool results stay; nil = all
	MinTokens       int      // do nothing unless this many tokens would be saved
	Except          []string // tools whose results stay
	Placeholder     string   // what stands in for a dropped result; "" = a default
	DropThinking    bool
	KeepTurns       *int   // how many of the newest turns stay; nil = all
	To              int    // trim until the estimate fits; 0 = no goal
	Images          string // "keep" or "drop old"; "" = keep, unless To takes them
}

// Hedge is a second request, made only if nothing has been committed after a while.
type Hedge struct {
	After  time.Duration
	Target string
	Model  string
}

// Pause closes the gate of a target and model; Model "" closes the whole target.
type Pause struct {
	Target string
	Model  string
	For    time.Duration
}

// Fail ends the request.
type Fail struct {
	// Last answers with the latest failure that a target really answered. The other fields are then empty.
	Last       bool
	Status     int
	Reason     Reason // "" = from Status
	Message    string
	RetryAfter time.Duration
}
