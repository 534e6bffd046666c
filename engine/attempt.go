package engine

import "time"

// Attempt is one try at one target, or one thing that prevented a try.
type Attempt struct {
	// Target and Model are what was tried; Model is the name sent, after aliases.
	Target, Model string
	// Status is the target's HTTP status; 0 when nothing answered. A 200 whose stream opened with an error keeps 200.
	Status int
	// Reason is Spillway's reading of the failure.
	Reason Reason
	// Code is the target's own code or error type; "" when it gave none.
	Code string
	// Message is the target's own message, cut at 500 bytes.
	Message string
	// Retry is what is safe to do with the request now.
	Retry Retry
	// RetryAfter is how long the target asked to wait; 0 when it did not say.
	RetryAfter time.Duration
	// Took is how long the attempt lasted, from admission to failure.
	Took time.Duration
	// At is when the attempt began.
	At time.Time
	// Kind is how the attempt failed.
	Kind Kind
	// Key is the fingerprint of the target's own key that was sent; "" when it has none, or nothing was sent.
	Key string
	// OtherKey says that the failure was about that key, and that the target has another, not tried yet, that may be used.
	OtherKey bool
	// Edits lists what was changed in the request, as "name;detail".
	Edits []string
}

// Sent says whether the attempt reached for a target: only those count as steps.
func (a Attempt) Sent() bool { return a.Kind != KindGate && a.Kind != KindEdit }

// Reason says why an attempt failed.
type Reason string

// The reasons a target can give.
const (
	ReasonOverloaded     Reason = "overloaded"       // no capacity, for anyone: HTTP 529, overloaded_error, server_is_overloaded
	ReasonRateLimit      Reason = "rate_limit"       // this credential is going too fast
	ReasonSpendLimit     Reason = "spend_limit"      // this credential has no money left; lasts until someone acts or a month ends
	ReasonTimeout        Reason = "timeout"          // no answer in time
	ReasonConnection     Reason = "connection"       // no connection, or it broke
	ReasonServer         Reason = "server"           // the target failed inside
	ReasonAuth           Reason = "auth"             // the credential is not accepted
	ReasonBilling        Reason = "billing"          // the account cannot pay
	ReasonPermission     Reason = "permission"       // the credential may not do this
	ReasonNotFound       Reason = "not_found"        // no such model or path
	ReasonInvalid        Reason = "invalid"          // the request is wrong
	ReasonTooLarge       Reason = "too_large"        // the body has too many bytes
	ReasonContextTooLong Reason = "context_too_long" // the prompt has too many tokens
	ReasonRefused        Reason = "refused"          // the model declined
)

// The reasons Spillway itself gives. Nothing was sent.
const (
	ReasonPaused       Reason = "paused"        // the gate is paused, or its probe is out
	ReasonQueueTimeout Reason = "queue_timeout" // waited in line as long as allowed
	ReasonQueueFull    Reason = "queue_full"    // no room in line
	ReasonBudget       Reason = "budget"        // the target's retry budget is spent
	ReasonDeadline     Reason = "deadline"      // the wait does not fit into the time left
	ReasonUnfit        Reason = "unfit"         // this target cannot serve this request
)

// Reasons lists every reason, for the strict check of actions and for the documentation.
var Reasons = [...]Reason{
	ReasonOverloaded, ReasonRateLimit, ReasonSpendLimit, ReasonTimeout, ReasonConnection, ReasonServer, ReasonAuth,
	ReasonBilling, ReasonPermission, ReasonNotFound, ReasonInvalid, ReasonTooLarge, ReasonContextTooLong, ReasonRefused,
	ReasonPaused, ReasonQueueTimeout, ReasonQueueFull, ReasonBudget, ReasonDeadline, ReasonUnfit,
}

// Retry says what is safe to do with a request after an attempt.
type Retry string

// The readings, from the most to the least that is safe.
const (
	RetrySame      Retry = "same"      // again at the same target, or elsewhere
	RetryElsewhere Retry = "elsewhere" // only at another target, model or credential
	RetryNever     Retry = "never"     // nowhere: the request itself is at fault
)

// Kind says how an attempt failed.
type Kind string

// The kinds.
const (
	KindHTTP    Kind = "http"    // the target answered with an error status
	KindConnect Kind = "connect" // the connection failed before an answer
	KindTimeout Kind = "timeout" // a time limit passed
	KindStream  Kind = "stream"  // a 200 that opened with an error, or broke before its first content
	KindGate    Kind = "gate"    // a gate, queue, budget or deadline held it back; nothing was sent
	KindEdit    Kind = "edit"    // the request could not be made to fit; nothing was sent
)
