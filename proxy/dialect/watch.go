package dialect

import (
	"spillway/engine"
	"spillway/proxy/sse"
)

// Step is what one event means for the commit point.
type Step int

// The steps.
const (
	Preamble Step = iota // nothing of the message yet: may be thrown away
	Content              // something of the message
	Terminal             // the message ended well
	Failure              // the target reports an error
)

// Usage is what an answer cost, as the target counts it. Later values replace earlier ones.
type Usage struct {
	// Model is the model that answered; "" when not told.
	Model string
	// Input and Output are tokens; Input excludes CacheRead and CacheWrite in both dialects.
	Input, Output, CacheRead, CacheWrite int
	// Known says whether the target told any of it.
	Known bool
}

// Watch follows one stream. It is owned by one goroutine.
type Watch struct{}

// NewWatch follows a stream of the endpoint.
func NewWatch(api engine.API, ep Endpoint) *Watch { return &Watch{} }

// Step reads the next event. It keeps nothing of it.
func (w *Watch) Step(e sse.Event) Step { return Content }

// Complete says whether the event that ends a message well was seen.
func (w *Watch) Complete() bool { return true }

// Usage is what the target said so far.
func (w *Watch) Usage() Usage { return Usage{} }

// ReadWhole reads an answer that is no stream. ok is false when a 200 is no answer at all: empty, not JSON, an HTML page,
// or an error's JSON; the failure package says which.
func ReadWhole(api engine.API, ep Endpoint, body []byte) (usage Usage, ok bool) { return Usage{}, true }
