package loop

import (
	"bytes"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/proxy/account"
	"spillway/proxy/clock"
	"spillway/proxy/config"
	"spillway/proxy/dialect"
	"spillway/proxy/gate"
	"spillway/proxy/trace"
)

// Exchange is one client's request and everything that has happened to it. One goroutine owns it.
type Exchange struct {
	// Request is what policies see.
	Request engine.Request
	// Call is the parsed body.
	Call *dialect.Call
	// Query, Header and Credential travel on to targets.
	Query      string
	Header     func(yield func(key, value []byte) bool)
	Credential Credential
	// Policy decides.
	Policy *runtime.Policy
	// Targets are the snapshot's, in the order of the configuration.
	Targets []*Target
	// Floors are what the caller forbids.
	Floors Floors
	// Began is when the request arrived, and Deadline when its answer must have been committed.
	Began, Deadline time.Time
	// Gone fires when the client hangs up.
	Gone *clock.Signal
	// Cut says that Gone fired because Spillway is stopping: the client is still there to be told.
	Cut func() bool
	// Record is the trace.
	Record *trace.Record
	// Hold is what the client may have to pay; nil when nobody counts. Whoever observes the end settles it.
	Hold *account.Hold
	// Trace follows the request's sends for tracing; nil when there is none.
	Trace Trace
	// Beside is told of the request's decisions and its end, when it takes part in a trial; nil otherwise.
	Beside Beside

	asked     engine.Input // what the policy was asked last
	attempts  []engine.Attempt
	answered  []answered // attempts that a target answered with an error
	decisions int
	sends     int32    //nolint:modernize // by sync/atomic, since both sides of a hedge run at the same time; not of its type, since shadows get a copy
	triedKeys []string // of targets, that have failed this request
	deadlines int      // attempts with reason deadline
}

// sent is how many sends there have been.
func (x *Exchange) sent() int { return int(atomic.LoadInt32(&x.sends)) }

// Asked is what the policy was asked last. Its request and world are good while the exchange runs; its attempts are never
// written again.
func (x *Exchange) Asked() engine.Input { return x.asked }

// Decisions is how often the policy has been asked.
func (x *Exchange) Decisions() int { return x.decisions }

// Apart is a copy of the exchange whose [Exchange.Asked] another goroutine may look at: nothing in it is shared with the
// request under way but what never changes, and its Call. Its body lasts as long as the request's.
func (x *Exchange) Apart() *Exchange {
	apart := *x
	apart.asked.Request = &apart.Request
	if w, ok := x.asked.Ctx.World.(world); ok {
		apart.asked.Ctx.World = world{w.loop, &apart}
	}
	return &apart
}

// Beside is told what happens to a request that takes part in a trial. Its methods must not block.
type Beside interface {
	Decided(x *Exchange, d *engine.Decision)
	Ended(e *trace.End)
}

// Trace follows the sends of one request. Implementations are safe for concurrent use.
type Trace interface {
	// Send is told of a send just before, and gives the headers by which the target joins the trace. They are set over the
	// client's own.
	Send(target *Target, model string, now time.Time) [][2]string
}

// Target is one configured target as the loop sees it. It is immutable.
type Target struct {
	config.Target
	Sender Sender
	// Identity keys the target's gates: they survive a reload that changes neither its name nor its URL.
	Identity string
}

// Gate is the key of the target's gate for a model or an alias; "" for the whole target.
func (t *Target) Gate(model string) gate.Key {
	return gate.Key{Target: t.Identity, Model: t.Resolve(model)}
}

// Accepts says whether the target has a credential for any request: a key of its own, or leave to be shown the caller's.
func (t *Target) Accepts() bool { return t.HasKey() || t.ForwardCaller }

// Secret is the target's own key with a fingerprint; the first, if there is none such because a reload has just changed them;
// "" when it has none.
func (t *Target) Secret(fingerprint string) string {
	for i := range t.Keys {
		if t.Keys[i].Fingerprint == fingerprint {
			return t.Keys[i].Reveal()
		}
	}
	if t.HasKey() {
		return t.Keys[0].Reveal()
	}
	return ""
}

// WithoutKeys is what the target says, for a client, who must not learn the target's keys from it. Words without one, which are
// nearly all, stay as they are. A key that a stream tells in pieces, or spells with escapes, is not found.
func (t *Target) WithoutKeys(words []byte) []byte {
	for i := range t.Keys {
		key := t.Keys[i].Reveal()
		text := unsafe.String(unsafe.SliceData(words), len(words))
		end := key[max(0, len(key)-32):] // which is looked for several times as fast as all of a long one
		if len(key) >= shortestSecret && strings.Contains(text, end) && strings.Contains(text, key) {
			words = bytes.ReplaceAll(words, []byte(key), []byte("***"))
		}
	}
	return words
}

// Answer is what the client is to get. Exactly one of Whole, Relay and Incoming's absence with a Status holds:
// an answer of a target has Incoming; an answer of the proxy's own has only Status and Body.
type Answer struct {
	Status int
	// Body is the whole answer; nil when Relay has it.
	Body []byte
	// Relay is the committed event stream; nil for a whole answer.
	Relay *Relay
	// Incoming carries the target's headers; nil when no target is answering. Across says that they are of another dialect.
	Incoming Incoming
	Across   bool
	// Set are further headers.
	Set [][2]string
	// Target, Model, Sends and Edits are disclosed to the client.
	Target, Model string
	Sends         int
	Edits         []string
	// Reason and Message are why there is no better answer, for one that must go into a stream; empty for a good one.
	Reason  engine.Reason
	Message string
	// Gone means the client has left and there is nobody to answer.
	Gone bool

	whole *try // whose target's answer this is, when there is nothing left to relay; then end says how it went
	end   trace.End
}

// answered is a failure that a target really answered with.
type answered struct {
	attempt int // index in attempts
	status  int
	body    []byte
	headers [][2]string
}
