package sse

import "io"

// Reader cuts a stream into events. It is owned by one goroutine.
type Reader struct {
	source   io.Reader
	maxEvent int
}

// NewReader reads events of at most maxEvent bytes from r.
func NewReader(r io.Reader, maxEvent int) *Reader { return &Reader{source: r, maxEvent: maxEvent} }

// Next is the next event. Its errors: io.EOF at a clean end between events, io.ErrUnexpectedEOF when the stream ends
// inside one ([Reader.Pending] holds its bytes), [ErrTooLarge] past the cap, and the source's own errors as they are.
func (r *Reader) Next() (Event, error) { return Event{}, io.EOF }

// Buffered says whether Next would return an event, or fail, without reading from the source.
func (r *Reader) Buffered() bool { return false }

// Pending is the bytes of an event whose end has not arrived. They alias the buffer.
func (r *Reader) Pending() []byte { return nil }

// Release gives the buffer back. The reader and its last event must not be used afterwards.
func (r *Reader) Release() {}
