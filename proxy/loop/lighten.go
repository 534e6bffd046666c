package loop

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"spillway/engine"
	"spillway/proxy/config"
	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
	"spillway/proxy/model"
	"spillway/proxy/trim"
)

// spare is the share of a window that a trim for it fills: an estimate errs.
const spare = 0.9

// lighten takes out of the conversation what the action trims, and, where the target says `fit: trim`, what its window has no
// room for. An error is why the target cannot serve the request.
func (t *try) lighten() error {
	whole := uncut{t.call, t.edits}
	t.resume()
	if t.send.Trim != nil {
		if err := t.trim(whole, *t.send.Trim); err != nil {
			return err
		}
	}
	if !t.moved() && t.target.Fit != config.FitTrim {
		return nil // the target itself knows best what is too long for it
	}
	window := t.target.Window(t.model)
	if answer := t.answerTokens(); window.Output > 0 && answer > window.Output {
		if t.x.Floors.MaxTokens {
			return fmt.Errorf("%s answers with %d tokens at most, and the caller forbids a lower max_tokens than %d", t.model, window.Output, answer)
		}
		t.send.MaxTokens = window.Output
	}
	return t.fit(whole, window)
}

// uncut is the request before a trim: each trim begins with it, never with what another left.
type uncut struct {
	call  *dialect.Call
	edits []string
}

// moved says whether the request goes elsewhere than its caller meant.
func (t *try) moved() bool {
	return t.target != t.x.primary() || t.model != t.target.Resolve(t.x.Request.Model)
}

// answerTokens is the longest answer that the attempt allows; 0 when nobody set a bound.
func (t *try) answerTokens() int {
	asked, allowed := t.x.Request.MaxTokens, t.send.MaxTokens
	if asked == 0 || allowed == 0 {
		return max(asked, allowed)
	}
	return min(asked, allowed)
}

// fit holds the request against the window, and trims it where the target says so.
func (t *try) fit(whole uncut, window config.Window) error {
	fit := t.Estimator.Fit(t.call, t.model, window.Context, t.answerTokens())
	if fit.Fits() {
		return nil
	}
	tooLong := fmt.Errorf("about %d tokens, and %s has room for %d", fit.Input, t.model, max(0, fit.Room))
	switch {
	case t.target.Fit != config.FitTrim:
		return tooLong
	case t.x.Floors.Trim:
		return fmt.Errorf("%w; the caller forbids to trim it", tooLong)
	case !t.x.Call.Outline().Movable:
		return fmt.Errorf("%w; it is bound to state on a server and cannot be trimmed", tooLong)
	case t.resumed:
		return fmt.Errorf("%w; its tool loop goes on as it was trimmed when it began", tooLong)
	}
	goal := max(1, int(spare*float64(fit.Room)))
	cut := engine.Trim{}
	if t.send.Trim != nil {
		cut = *t.send.Trim
	}
	cut.To, cut.MinTokens = goal, 0
	if err := t.trim(whole, cut); err != nil {
		return fmt.Errorf("%w; %w", tooLong, err)
	}
	if left := t.Estimator.Fit(t.call, t.model, window.Context, t.answerTokens()); !left.Fits() {
		return fmt.Errorf("%w, even when trimmed: %d tokens are left", tooLong, left.Input)
	}
	return nil
}

// trim trims the whole request, and notes why when nothing was cut that could have been.
func (t *try) trim(whole uncut, cut engine.Trim) error {
	if t.weigh == nil {
		t.weigh = t.scales()
	}
	result, err := trim.Trim(whole.call, trim.Options{Trim: cut, Tokens: t.weigh, PrefixBound: t.binds(), LoopTrimmed: t.resumed})
	if err != nil {
		return fmt.Errorf("trim: %w", err)
	}
	t.call, t.edits, t.trimmed = result.Call, slices.Concat(whole.edits, result.Applied), nil
	switch {
	case result.Untouched != "":
		t.x.Record.Note("trim: nothing cut, " + result.Untouched)
	case result.Over > 0:
		t.x.Record.Note(fmt.Sprintf("trim: %d tokens more than wanted are left", result.Over))
	}
	if prompts := t.x.Call.Prefixes(); result.Applied != nil && t.binds() && len(prompts) > 0 {
		t.trimmed, t.prompt = &plan{cut, t.weigh}, prompts[len(prompts)-1].Hash
	}
	return nil
}

// scales estimate parts of prompts for the attempt's model. Its calibration is taken in steps, so that a conversation is cut at
// the same place while the model's ratio drifts.
func (t *try) scales() func(raw []byte) int {
	facts := model.Find(t.model)
	ratio := math.Ceil(4*float64(t.Estimator.Calibrate(t.model, 1000))/1000) / 4
	return func(raw []byte) int { return int(ratio * float64(dialect.Weigh(raw).Tokens(facts))) }
}

// checkMerged refuses an action's body that makes a well-formed conversation one that is not. What came in odd goes out odd.
func (t *try) checkMerged(body []byte) error {
	wasOdd := func() bool { return grammar.Check(t.call) != nil }
	if !touchesPrompt(t.send.Body) || wasOdd() {
		return nil
	}
	merged, problem := dialect.Parse(t.call.API, t.call.Endpoint, body)
	if problem != nil {
		return fmt.Errorf("body: %s", problem.Message)
	}
	if err := grammar.Check(merged); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	return nil
}

func touchesPrompt[V any](body map[string]V) bool {
	for _, name := range [...]string{"messages", "system", "tools", "thinking"} {
		if _, ok := body[name]; ok {
			return true
		}
	}
	return false
}

// learn takes what the target counted of the prompt, where somebody wanted to know how long it is.
func (t *try) learn(u dialect.Usage) {
	if t.x.Call.Outlined() && u.Known {
		t.Estimator.Learn(t.call, cmp.Or(t.model, t.x.Request.Model), u.Input+u.CacheRead+u.CacheWrite)
	}
}
