package failure

import "errors"

// The ways in which an answer can fail without the target saying why. Wrap them to add detail.
var (
	ErrConnect    = errors.New("could not connect to the target")
	ErrStale      = errors.New("the target had closed the kept-alive connection")
	ErrReset      = errors.New("the connection broke before the answer was complete")
	ErrFirstEvent = errors.New("no answer began in time")
	ErrIdle       = errors.New("the stream fell silent")
	ErrTotal      = errors.New("the answer took too long")
	ErrIncomplete = errors.New("the stream ended without its last event")
	ErrEmpty      = errors.New("the answer was empty")
	ErrTooLarge   = errors.New("the answer, or an event of it, is too large")
)
