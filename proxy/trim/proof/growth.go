package proof

import (
	"errors"
	"fmt"
)

// Step is a request and what a trim left of it.
type Step struct {
	Before, After *Request
	Shape         Shape
}

// Grew says whether a trim had a reason to cut the longer of two requests of a conversation elsewhere than the one before it,
// which the target's prompt cache may hold.
func (c *Conversation) Grew(rules *Rules, was, is Step) error {
	if is.Shape.From < was.Shape.From {
		return errors.New("messages came back")
	}
	thinking := rules.DropThinking || rules.Images == "drop old" || rules.PrefixBound
	first := len(was.Before.messages) // the first message that is cut otherwise
	for i := range was.Before.messages {
		now := is.Shape.Cuts[i]
		if rules.PrefixBound && was.Shape.IsZero() && now == "t" {
			continue // any first cut takes the thinking of all turns that are over
		}
		if i >= is.Shape.From && was.Shape.Cuts[i] != now {
			first = i
			break
		}
	}
	switch {
	case is.Shape.From == was.Shape.From && first == len(was.Before.messages):
		return nil // the cache holds
	case rules.PrefixBound && rules.LoopTrimmed && was.Before.Loop() == is.Before.Loop() && was.Before.IsOpen():
		return fmt.Errorf("cut otherwise at message %d within a tool loop, whose thinking is bound to the cut", first)
	case is.Shape.From == was.Shape.From && thinking && (first >= was.Before.Loop() || rules.MinTokens > 0):
		return nil // a loop is over, and its thinking and images may go, once they are enough
	}
	return c.asked(rules, was, is)
}

// asked: the options ask for a cut once the new messages stand behind what was left of the old ones.
func (c *Conversation) asked(rules *Rules, was, is Step) error {
	grown, err := c.behind(was, is)
	if err != nil {
		return err
	}
	p := pair{chat: c.Chat, rules: rules, before: grown}
	could := 0
	for _, result := range p.allResults() {
		if result.could {
			could++
		}
	}
	tokens := grown.Estimate(rules)
	keepsTurns, keepsResults := rules.KeepTurns != nil, rules.KeepToolResults != nil
	switch {
	case keepsTurns && len(grown.starts) >= max(1, *rules.KeepTurns)+step(*rules.KeepTurns):
	case keepsResults && could >= *rules.KeepToolResults+step(*rules.KeepToolResults):
	case rules.To > 0 && tokens > rules.To:
	default:
		return fmt.Errorf("cut otherwise than before (%v, now %v) without need: %d turns, %d results, %d tokens",
			was.Shape, is.Shape, len(grown.starts), could, tokens)
	}
	return nil
}

// behind is what was left of a request with what a later one has more.
func (c *Conversation) behind(was, is Step) (*Request, error) {
	var messages []string
	for _, m := range was.After.Messages {
		messages = append(messages, string(m))
	}
	for _, m := range is.Before.Messages[len(was.Before.Messages):] {
		messages = append(messages, string(m))
	}
	return c.with(messages)
}
