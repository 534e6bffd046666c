package failure

import (
	"errors"
	"time"

	"spillway/engine"
)

// The ways in which an answer can fail without the target saying why. Wrap them to add detail.
var (
	ErrConnect    = errors.New("could not connect to the target")
	ErrStale      = errors.New("the kept-alive connection had been closed")
	ErrReset      = errors.New("the connection broke before the answer was complete")
	ErrFirstEvent = errors.New("no first event in time")
	ErrIdle       = errors.New("the stream fell silent")
	ErrTotal      = errors.New("the answer took too long")
	ErrIncomplete = errors.New("the stream ended without its last event")
	ErrEmpty      = errors.New("the answer was empty")
	ErrTooLarge   = errors.New("the answer had too large an event")
)

// Answer is how an attempt failed, as it was seen on the wire.
type Answer struct {
	API    engine.API
	Status int                      // 0 when nothing answered
	Header func(name string) string // nil reads as no headers
	Body   []byte                   // the error body, at most 64 KiB of it, or an in-stream event's data
	// InStream says that Body came as an event of a 200.
	InStream bool
	// Err is the transport's failure: nil, or wraps one of the errors of this package.
	Err error
	Now time.Time
}

// Reading is what a failure means.
type Reading struct {
	Reason  engine.Reason
	Retry   engine.Retry
	Kind    engine.Kind
	Code    string        // the target's own code, else its error type
	Message string        // the target's words, at most 500 bytes
	// RetryAfter is how long the target asked to wait; 0 when it did not say.
	RetryAfter time.Duration
	// Until is when a spend limit is said to end; zero when unknown.
	Until time.Time
}

// Read reads a failure.
func Read(a Answer) Reading { return Reading{} }

// RateLimits reads the rate limit headers of any answer.
func RateLimits(api engine.API, header func(name string) string, now time.Time) engine.RateLimits {
	return engine.RateLimits{}
}
