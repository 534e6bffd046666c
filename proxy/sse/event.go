package sse

import "errors"

// Event is one server-sent event. Its slices alias the reader's buffer and are valid until the next call of [Reader.Next].
type Event struct {
	// Raw is every byte of the event as it arrived: comments before it, its lines, and the blank line that ends it.
	Raw []byte
	// Name is the last event field; empty when there was none.
	Name []byte
	// Data is the data lines joined by "\n"; empty when there were none, as in an event of comments only.
	Data []byte
}

// ErrTooLarge is returned by [Reader.Next] for an event longer than the reader's cap.
var ErrTooLarge = errors.New("server-sent event is too large")
