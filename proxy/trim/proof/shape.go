package proof

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"spillway/engine"
)

// Rules are what a trim was asked for.
type Rules struct {
	engine.Trim
	PrefixBound, LoopTrimmed bool
	// Tokens is the estimate of a part.
	Tokens func(raw []byte) int
}

// Shape is what a trim took.
type Shape struct {
	// Dropped is how many messages went, and From the message of the request that is now the first of those that could have.
	Dropped, From int
	// Cuts is what was taken of messages that stay, by their place in the request: r, i and t stand for a result, an image, and
	// thinking, with the places of the first two.
	Cuts map[int]string
}

// IsZero says that nothing was taken.
func (s Shape) IsZero() bool { return s.Dropped == 0 && len(s.Cuts) == 0 }

// pair is a request before and after a trim.
type pair struct {
	chat          bool
	rules         *Rules
	before, after *Request
	shape         Shape
}

// Compare finds what a trim took of a request of the conversation, and says whether it may be taken: everything else has its
// bytes.
func (c *Conversation) Compare(rules *Rules, before, after *Request) (Shape, error) {
	p := pair{chat: c.Chat, rules: rules, before: before, after: after, shape: Shape{Cuts: map[int]string{}}}
	if !bytes.HasPrefix(after.Body, []byte(c.head+`"messages":[`)) || !bytes.HasSuffix(after.Body, []byte("]"+c.tail)) {
		return p.shape, errors.New("around the messages something changed")
	}
	for _, law := range [...]func() error{p.align, p.obeys, p.reaches} {
		if err := law(); err != nil {
			return p.shape, err
		}
	}
	return p.shape, nil
}

// stays says whether a message outlives its turn.
func (p *pair) stays(i int) bool {
	role := p.before.messages[i].Role
	return p.chat && (role == "system" || role == "developer")
}

// align finds each message's place before. What is dropped ends where a turn begins.
func (p *pair) align() error {
	p.shape.Dropped = len(p.before.messages) - len(p.after.messages)
	dropped, at := 0, 0
	for i, raw := range p.before.Messages {
		switch {
		case !p.stays(i) && dropped < p.shape.Dropped:
			dropped++
			p.shape.From = i + 1
			continue
		case at == len(p.after.messages):
			return fmt.Errorf("message %d went, and should have stayed", i)
		}
		if err := p.change(i, raw, p.after.Messages[at]); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
		at++
	}
	for p.shape.From > 0 && p.stays(p.shape.From) {
		p.shape.From++
	}
	if p.shape.Dropped != 0 && !slices.Contains(p.before.starts, p.shape.From) {
		return fmt.Errorf("%d messages went, which is no whole turns", p.shape.Dropped)
	}
	return nil
}
