package probe

import "time"

// Verdict is what is known of one thing.
type Verdict string

// The verdicts.
const (
	Unknown Verdict = "-" // not found out
	OK      Verdict = "ok"
	No      Verdict = "no"
)

// Result is what was found out about one model at one target.
type Result struct {
	Target string `json:"target"`
	// Key is the fingerprint of the target's key, where it has several; else "".
	Key string `json:"key,omitempty"`
	// Model is the name that was sent; "" when there was none to send.
	Model string `json:"model"`
	// Alias is the name that clients use for it; "" when they use its own.
	Alias string `json:"alias,omitempty"`

	Reached    Verdict `json:"reached"`    // something answered
	Authorised Verdict `json:"authorised"` // the key is known there
	Exists     Verdict `json:"exists"`     // so is the model
	Streams    Verdict `json:"streams"`    // the answer came as events, to its end
	Tools      Verdict `json:"tools"`      // the model called the tool it was told to

	// First is the time to the first content; 0 when none came.
	First time.Duration `json:"-"`
	// FirstMS is First in milliseconds, for programs.
	FirstMS float64 `json:"first,omitempty"`
	// Limits is what the target said of its limits; "" when nothing.
	Limits string `json:"limits,omitempty"`
	// Advice is what to do, most important first; nil when all is well.
	Advice []string `json:"advice,omitempty"`
}

// Good says whether the model can be used. A tool that was not called spoils nothing that has no tools.
func (r *Result) Good() bool { return r.Streams == OK }

func (r *Result) advise(text string) { r.Advice = append(r.Advice, text) }
