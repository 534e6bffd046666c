package trim

import (
	"errors"
	"fmt"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
	"spillway/proxy/rawjson"
)

// Options says what may go, and what must be known about the model to let it go safely.
type Options struct {
	engine.Trim
	// Tokens estimates what a part of a prompt costs: the value of `system` or `tools`, a content that is a string, one block or
	// part of a content that is a list, a chat message's `tool_calls` or `reasoning_content`, each as it stands in the body.
	// It must be a pure function of those bytes for as long as a conversation lasts, or the cuts move and the target's prompt
	// cache is lost: a calibrated ratio is best rounded to few steps, and members that clients move from turn to turn
	// (cache_control) should not count. nil is a third of the bytes.
	Tokens func(raw []byte) int
	// PrefixBound says that the model's thinking blocks are bound to everything that stands before them (Anthropic docs,
	// preserved thinking). Then no thinking of earlier turns survives a trim, and a request is not touched while a tool round
	// is open.
	PrefixBound bool
	// LoopTrimmed says that the tool loop the request is in began with a request trimmed with these same options. It matters
	// with PrefixBound only: the loop's thinking is then bound to what that trim left, so the same is left again.
	LoopTrimmed bool
}

// Result is what a trim did.
type Result struct {
	// Call is the trimmed request, newly parsed; the request that was given, the same pointer, when nothing was cut.
	Call *dialect.Call
	// Applied is the edit in the form of x-spillway-edits, as "trim;tool_results=12;turns=2;thinking=3;images=1;saved=34000"
	// without what is 0; nil when nothing was cut.
	Applied []string
	// Saved is by how many tokens the estimate shrank.
	Saved int
	// ToolResults, Thinking and Images count what was cut from messages that stay; Turns the turns that went whole.
	ToolResults, Turns, Thinking, Images int
	// Over is by how many tokens the estimate still exceeds To; 0 without a To.
	Over int
	// Untouched says why nothing was cut though the options ask for it: the request is not well-formed in its dialect, is bound
	// to a server's state, or has a tool round open on a model with PrefixBound. Such a request may be sent as it is.
	Untouched string
}

// Step is how many tool results or turns are cut at once when at least keep of them stay: between keep and keep+Step-1 of
// them are in a trimmed request.
func Step(keep int) int { return max(keep, 5) }

// Trim cuts old parts out of a request of [dialect.Messages] or [dialect.ChatCompletions]. The request itself is not changed;
// what is not cut keeps its bytes. The result is well-formed by package grammar, never larger, and trimming it again changes
// nothing. An error means that the trim cannot be made: the endpoint has none, or the result would not be well-formed.
func Trim(c *dialect.Call, o Options) (Result, error) {
	untouched := Result{Call: c}
	if c.Endpoint != dialect.Messages && c.Endpoint != dialect.ChatCompletions {
		return untouched, errors.New("trim: only messages and chat completions can be trimmed")
	}
	if o.idle() {
		return untouched, nil
	}
	s := newSurvey(c, o)
	if s.read(); len(s.messages) == 0 {
		return untouched, nil
	}
	cut := s.replay()
	untouched.Over = s.over(cuts{})
	if s.saved(cut) < max(1, o.MinTokens) {
		return untouched, nil
	}
	if untouched.Untouched = s.whyNot(); untouched.Untouched != "" {
		return untouched, nil
	}
	trimmed, err := s.make(cut)
	if err != nil {
		return untouched, fmt.Errorf("trim: %w", err)
	}
	return trimmed, nil
}

// idle says whether the options ask for nothing.
func (o *Options) idle() bool {
	return o.KeepToolResults == nil && o.KeepTurns == nil && !o.DropThinking && o.To <= 0 && o.Images != "drop old"
}

// saved is by how many tokens cuts would lighten the request.
func (s *survey) saved(c cuts) int { return s.left(cuts{}, s.last()) - s.left(c, s.last()) }

// over is by how many tokens the goal would be missed.
func (s *survey) over(c cuts) int {
	if s.options.To <= 0 {
		return 0
	}
	return max(0, s.left(c, s.last())-s.options.To)
}

// whyNot is why a request that may be sent as it is must not be edited.
func (s *survey) whyNot() string {
	if s.options.PrefixBound && !s.options.LoopTrimmed && s.messages[s.last()].open {
		return "a tool round is open, and its thinking is bound to all before it"
	}
	if err := grammar.Check(s.call); err != nil {
		return "not well-formed as it came: " + err.Error()
	}
	if s.call.Bound() || s.form.bound {
		return "bound to a server's state"
	}
	return ""
}

// make cuts, and checks what is left.
func (s *survey) make(c cuts) (Result, error) {
	k := knife{survey: s, cuts: c}
	k.cut()
	body := rawjson.Apply(nil, s.call.Body, k.splices)
	call, problem := dialect.Parse(s.call.API, s.call.Endpoint, body)
	if problem != nil {
		return Result{}, problem
	}
	if err := grammar.Check(call); err != nil {
		return Result{}, err
	}
	r := k.done
	r.Call, r.Saved, r.Over = call, s.saved(c), s.over(c)
	r.Turns = c.turns
	r.Applied = []string{r.disclosure()}
	return r, nil
}

// disclosure is the edit in a header's words.
func (r Result) disclosure() string {
	text := []byte("trim")
	for _, detail := range [...]struct {
		name string
		n    int
	}{{"tool_results", r.ToolResults}, {"turns", r.Turns}, {"thinking", r.Thinking}, {"images", r.Images}, {"saved", r.Saved}} {
		if detail.n > 0 {
			text = fmt.Appendf(text, ";%s=%d", detail.name, detail.n)
		}
	}
	return string(text)
}
