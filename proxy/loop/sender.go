package loop

import (
	"io"
	"time"

	"spillway/proxy/clock"
)

// Sender carries one attempt to one target. Live traffic sends over HTTP; a simulation answers by itself.
// Implementations are safe for concurrent use and never retry.
type Sender interface {
	// Send returns when the target has answered: with the whole body, or with the head of an event stream.
	// The error, one of package failure's transport errors, says why it has not.
	Send(out *Outgoing) (Incoming, error)
}

// Outgoing is one rendered request. It is valid until Send returns.
type Outgoing struct {
	Method string
	// Path is the client's path, and Query its query without the question mark.
	Path, Query string
	// Body is what to send: the client's own bytes where no edit touched them.
	Body []byte
	// Header yields the client's headers in their order. Sender leaves out what must not travel.
	Header func(yield func(key, value []byte) bool)
	// Set are names and values that are written over them, no name twice.
	Set [][2]string
	// Key is one of the target's own keys; "" when it has none.
	Key string
	// Credential is the caller's own; it is sent where there is no Key.
	Credential Credential
	// Until is when the whole head must be there, and for a non-stream answer the whole body.
	Until time.Time
	// FirstEvent bounds the wait for the head of a stream; zero means Until alone does.
	FirstEvent time.Time
	// Longest bounds the body of an answer that is held whole, in bytes; 0 = 64 MB.
	Longest int
	// Unread says that nobody reads the answer on its way: all but JSON and errors is a stream.
	Unread bool
	// Gone ends the attempt at once when it fires.
	Gone *clock.Signal
}

// Credential is what a client proves itself with.
type Credential struct {
	// Value is the key or token alone.
	Value string
	// Bearer says it came as "Authorization: Bearer" and not in a header of the dialect's own.
	Bearer bool
}

// Incoming is a target's answer. The reader of it must Close it.
type Incoming interface {
	Status() int
	// Get is a header by name, "" when absent. The result is owned memory.
	Get(name string) string
	// Headers yields the headers that may travel on to the client: no hop-by-hop ones, no framing.
	Headers(yield func(key, value []byte) bool)
	// Body is the whole body; nil while Stream has it. It is valid until Close.
	Body() []byte
	// Stream is the event stream of a text/event-stream answer, or one that nobody is to read; nil for any other.
	Stream() Stream
	// Close gives the connection back, or cuts it when the body was not read to its end. It may be called again.
	Close() error
}

// Stream is an answer that is still being written. One goroutine reads it.
type Stream interface {
	io.Reader
	// Limit is when a Read that is still blocked fails with failure.ErrIdle. The zero time sets no limit.
	Limit(t time.Time)
}
