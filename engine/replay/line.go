package replay

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"spillway/engine"
)

// Line is one line of a decision log: an object with one of these keys.
type Line struct {
	Environment *Environment `json:"environment,omitempty"`
	Decision    *Decision    `json:"decision,omitempty"`
}

// Environment is what all decisions of one snapshot share. It stands in a file before the first of them.
type Environment struct {
	Revision string         `json:"revision"`
	Targets  []Target       `json:"targets"`
	Vars     map[string]any `json:"vars,omitempty"`
	// Masked says that some of Vars came from the process's environment and are hashes here.
	Masked bool `json:"masked,omitempty"`
}

// Target is [engine.Target].
type Target struct {
	Name    string            `json:"name"`
	Dialect engine.API        `json:"dialect"`
	Models  map[string]string `json:"models,omitempty"`
	Price   map[string]Price  `json:"price,omitempty"`
}

// Price is [engine.Price].
type Price struct {
	Input      float64 `json:"input"`
	Output     float64 `json:"output"`
	CacheRead  float64 `json:"cacheRead,omitempty"`
	CacheWrite float64 `json:"cacheWrite,omitempty"`
}

// Decision is one decision, with all that its policy could look at without reading the prompt, and all that it did read of
// what changes by itself.
type Decision struct {
	// ID is the request's, Number the decision's among those of the request, from 1.
	ID     string `json:"id"`
	Number int    `json:"n"`
	// Policy decided, in the snapshot with the Revision.
	Policy   string    `json:"policy"`
	Revision string    `json:"revision"`
	Request  Request   `json:"request"`
	Attempts []Attempt `json:"attempts,omitempty"`
	Ctx      Ctx       `json:"ctx"`
	// Reads are what the policy looked at, in order.
	Reads []Read `json:"reads,omitempty"`
	// Outcome is how the call ended. Action is what came of it, in the policy API's words; nil when there is no valid one.
	Outcome engine.Outcome `json:"outcome"`
	Action  map[string]any `json:"action,omitempty"`
	// At is the line that chose, as file:line:col; "" when unknown.
	At string `json:"at,omitempty"`
	// Fault is what was wrong; "" when nothing was.
	Fault string `json:"fault,omitempty"`
	// Took is the time inside the policy.
	Took Millis `json:"took"`
	// Hidden lists what policies may have looked at and is a hash here, so that the decision cannot be replayed.
	Hidden []string `json:"hidden,omitempty"`
}

// Request is [engine.Request] without its content.
type Request struct {
	API        engine.API      `json:"api"`
	Path       string          `json:"path"`
	Model      string          `json:"model"`
	MaxTokens  int             `json:"maxTokens,omitempty"`
	Stream     bool            `json:"stream,omitempty"`
	Bytes      int             `json:"bytes"`
	Client     string          `json:"client,omitempty"`
	Priority   engine.Priority `json:"priority,omitempty"`
	RetryCount int             `json:"retryCount,omitempty"`
	SDKTimeout Millis          `json:"sdkTimeout,omitempty"`
	// Outline is there if somebody had it read from the body by then.
	Outline *Outline `json:"outline,omitempty"`
}

// Outline is [engine.Outline] without the estimates, which are calibrated from answer to answer: those that the policy read
// are among its reads.
type Outline struct {
	Messages     int    `json:"messages"`
	ToolResults  int    `json:"toolResults"`
	Tools        int    `json:"tools"`
	Thinking     bool   `json:"thinking"`
	Movable      bool   `json:"movable"`
	Conversation string `json:"conversation"`
}

// Attempt is [engine.Attempt]. Its message may quote the prompt and is a hash.
type Attempt struct {
	Target     string        `json:"target"`
	Model      string        `json:"model"`
	Status     int           `json:"status,omitempty"`
	Reason     engine.Reason `json:"reason"`
	Code       string        `json:"code,omitempty"`
	Message    string        `json:"message,omitempty"`
	Retry      engine.Retry  `json:"retry"`
	RetryAfter Millis        `json:"retryAfter,omitempty"`
	Took       Millis        `json:"ms"`
	At         time.Time     `json:"at"`
	Kind       engine.Kind   `json:"kind"`
	Edits      []string      `json:"edits,omitempty"`
	Key        string        `json:"key,omitempty"` // a fingerprint
	OtherKey   bool          `json:"otherKey,omitempty"`
}

// Ctx is [engine.Ctx] without the world.
type Ctx struct {
	Now       time.Time `json:"now"`
	TimeLeft  Millis    `json:"timeLeft"`
	StepsLeft int       `json:"stepsLeft"`
	Seed      uint64    `json:"seed"`
}

// Read is [engine.Read] as [name, value]: an array, since JSON's encoder is slow with types that write themselves.
type Read [2]any

// Name says what was read.
func (r Read) Name() string {
	name, _ := r[0].(string)
	return name
}

// Value is what it was.
func (r Read) Value() any { return r[1] }

// UnmarshalJSON implements [json.Unmarshaler].
func (r *Read) UnmarshalJSON(text []byte) error {
	var pair []any
	if err := json.Unmarshal(text, &pair); err != nil {
		return err //nolint:wrapcheck // the decoder that called says where
	}
	if len(pair) == 2 {
		if _, named := pair[0].(string); named {
			*r = Read(pair)
			return nil
		}
	}
	return fmt.Errorf("a read is [name, value], not %.40s", text)
}

// Millis is a duration as a number of milliseconds, exact to the nanosecond up to fifty days.
type Millis float64

func millis(d time.Duration) Millis { return Millis(float64(d) / float64(time.Millisecond)) }

// duration is 0 for what is no duration.
func (m Millis) duration() time.Duration {
	ns := math.Round(float64(m) * float64(time.Millisecond))
	if math.Abs(ns) >= 1<<62 {
		return 0
	}
	return time.Duration(ns)
}
