// Package fidelity compares what a target says it did with what it was asked for. It only looks: answers pass as they are.
package fidelity

import (
	"fmt"

	"spillway/proxy/dialect"
	"spillway/proxy/model"
)

// Kind is what of an answer is not as it was asked for.
type Kind string

// The kinds.
const (
	Model     Kind = "model"      // another model than the one asked for says it served
	MaxTokens Kind = "max_tokens" // the answer is longer than was allowed
	Usage     Kind = "usage"      // an answer that says something has no count of its tokens, or its prompt has none
	Stream    Kind = "stream"     // the events do not come as the dialect says
)

// Mismatch is one thing that is not as it was asked for.
type Mismatch struct {
	Kind Kind
	// Message says what was asked for, and what came.
	Message string
}

// Asked is what the target was asked for.
type Asked struct {
	Model string
	// MaxTokens bounds the answer; 0 = nothing does.
	MaxTokens int
	// Usage says that the answer has to count its tokens: a stream of chat completions does so only when asked.
	Usage bool
}

// tolerance is by how much an answer may pass its bound: servers count their last tokens differently.
const tolerance = 1.05

// Check compares an answer that reached its end. oddity is what was odd about its events, "" when nothing was.
func Check(asked Asked, told dialect.Usage, oddity string) (found []Mismatch) {
	add := func(k Kind, format string, args ...any) {
		found = append(found, Mismatch{k, fmt.Sprintf(format, args...)})
	}
	if told.Model != "" && !model.Same(asked.Model, told.Model) {
		add(Model, "%s was asked for, and %s served", asked.Model, told.Model)
	}
	if asked.MaxTokens > 0 && float64(told.Output) > tolerance*float64(asked.MaxTokens)+1 {
		add(MaxTokens, "%d tokens were allowed, and %d came", asked.MaxTokens, told.Output)
	}
	switch {
	case !told.Known && asked.Usage:
		add(Usage, "no tokens were counted")
	case told.Known && told.Output == 0:
		add(Usage, "an answer was counted as no tokens")
	case told.Known && told.Input+told.CacheRead+told.CacheWrite == 0:
		add(Usage, "a prompt was counted as no tokens")
	}
	if oddity != "" {
		add(Stream, "%s", oddity)
	}
	return found
}
