package failure

import (
	"time"

	"spillway/engine"
)

// Answer is how an attempt failed, as it was seen on the wire.
type Answer struct {
	API engine.API
	// Status is the HTTP status; 0 when nothing answered.
	Status int
	// Header is a header of the answer by its case-insensitive name, "" when absent. Nil reads as no headers.
	Header func(name string) string
	// Body is the error body, or as much of it as is kept, or the data of an event. Nothing of it is retained.
	Body []byte
	// InStream says that Body came as an event of a 200.
	InStream bool
	// Err is the transport's failure: nil, or wraps one of the errors of this package.
	Err error
	// Now is when it was seen.
	Now time.Time
}

// Reading is what a failure means. It is owned memory.
type Reading struct {
	Reason engine.Reason
	Retry  engine.Retry
	Kind   engine.Kind
	// Code is the target's own code, else its error type; "" when it gave neither.
	Code string
	// Message is the target's words, or the transport's, at most 500 bytes of valid UTF-8 on one line.
	Message string
	// RetryAfter is how long the target asked to wait, up to a day; 0 when it did not say.
	RetryAfter time.Duration
	// OfKey says that the failure is about the credential: another of the same target may do.
	OfKey bool
	// Signature says that the target refused thinking in the request that it, or this conversation, does not know.
	Signature bool
	// Rest is how long that credential is better left alone; 0 = the target does not say, or it will not get better.
	Rest time.Duration
	// Until is when a spend limit ends, if the target's words give the date or its code means one; else zero.
	Until time.Time
}

func (a Answer) header(name string) string {
	if a.Header == nil {
		return ""
	}
	return a.Header(name)
}
