package proof

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// took says whether something of a kind was taken of a message.
func (s *Shape) took(i int, kind string) bool {
	for cut := range strings.FieldsSeq(s.Cuts[i]) {
		if strings.HasPrefix(cut, kind) {
			return true
		}
	}
	return false
}

func (s *Shape) tookAny(kind string) bool {
	for i := range s.Cuts {
		if s.took(i, kind) {
			return true
		}
	}
	return false
}

// obeys: nothing went that the options did not ask for, and what they keep is there.
func (p *pair) obeys() error {
	r, s := p.rules, &p.shape
	bound := r.PrefixBound && !s.IsZero()
	left := len(p.before.starts) - slices.Index(p.before.starts, s.From)
	switch {
	case s.Dropped > 0 && p.compacted():
		return errors.New("the summary of what came before went")
	case s.Dropped > 0 && r.KeepTurns == nil && r.To == 0:
		return errors.New("turns went that nobody asked for")
	case s.Dropped > 0 && r.KeepTurns != nil && left < max(1, *r.KeepTurns):
		return fmt.Errorf("only %d turns are left", left)
	case s.tookAny("t") && !r.DropThinking && r.To == 0 && !bound:
		return errors.New("thinking went that nobody asked for")
	case s.tookAny("i") && r.Images != "drop old" && (r.To == 0 || r.Images == "keep"):
		return errors.New("images went that nobody asked for")
	case s.tookAny("r") && r.KeepToolResults == nil && r.To == 0:
		return errors.New("results went that nobody asked for")
	}
	if err := p.results(); err != nil {
		return err
	}
	if bound {
		return p.unbound()
	}
	return nil
}

// result is a tool's, in its message.
type result struct {
	message int
	name    string // of the tool
	cleared bool
	could   bool // go, maybe: it is no placeholder, and its tool is not excepted
	mayGo   bool // for sure: it is much longer than a placeholder, too
}

// allResults lists the results of messages that stay.
func (p *pair) allResults() (list []result) {
	names := map[string]string{}
	for i, m := range p.before.messages {
		for _, call := range m.calls {
			names[call.ID] = call.Function.Name + call.Custom.Name
		}
		add := func(id string, content []byte, c content, cut string) {
			name := names[id]
			if m.Role == "function" {
				name = "read"
			}
			if i < p.shape.From {
				return
			}
			could := !slices.Contains(p.rules.Except, name) && !p.isPlaceholder(c)
			cuts := strings.Fields(p.shape.Cuts[i])
			lighter := slices.Contains(cuts, "i"+cut[1:]) // its images went before, so that little may be left to gain
			list = append(list, result{
				message: i, name: name, cleared: slices.Contains(cuts, cut),
				could: could, mayGo: could && !lighter && p.isLong(content, c),
			})
		}
		for n, b := range m.content.blocks {
			switch b.Type {
			case "tool_use":
				names[b.ID] = b.Name
			case "tool_result":
				add(b.ToolUseID, b.Content, b.content, fmt.Sprint("r", n))
			}
		}
		if m.Role == "tool" || m.Role == "function" {
			add(m.ToolCallID, m.Content, m.content, "r0")
		}
	}
	return list
}

// isLong says whether a result is longer than its placeholder by far.
func (p *pair) isLong(raw []byte, c content) bool {
	text := []byte(strconv.Quote(p.rules.placeholder()))
	return len(raw) > len(text)+100 && c.cost(raw, p.rules.cost) > p.rules.cost(text)+50
}

func (p *pair) isPlaceholder(c content) bool {
	if len(c.blocks) == 1 && c.blocks[0].Text != nil {
		c.text = *c.blocks[0].Text
	}
	return c.text == "" && len(c.list) == 0 || c.text == p.rules.placeholder()
}

// results: the oldest went, with all of their round, and not what is kept.
func (p *pair) results() error {
	all := p.allResults()
	last := -1
	for i, r := range all {
		if r.cleared {
			last = i
		}
		if r.cleared && slices.Contains(p.rules.Except, r.name) {
			return errors.New("the result of an excepted tool went")
		}
	}
	if keep := p.rules.KeepToolResults; keep != nil && last >= 0 && len(all)-1-last < *keep {
		return fmt.Errorf("only the %d newest results are left", len(all)-1-last)
	}
	for i, r := range all[:last+1] {
		if r.mayGo && !r.cleared {
			return fmt.Errorf("result %d stayed, and a younger one went", i)
		}
	}
	for i, r := range all[last+1:] {
		if r.mayGo && !p.roundEnds(all, last, last+1+i) {
			return fmt.Errorf("of a round only a part went, not message %d", r.message)
		}
	}
	return nil
}

// roundEnds says whether one result is of a later round than another.
func (p *pair) roundEnds(all []result, from, to int) bool {
	if from < 0 {
		return true
	}
	for i := all[from].message; i <= all[to].message; i++ {
		if p.before.messages[i].Role == "assistant" {
			return true
		}
	}
	return false
}

// unbound: where thinking is bound to what stands before it, none survives a change, and none is left in the air.
func (p *pair) unbound() error {
	if p.before.IsOpen() && !p.rules.LoopTrimmed {
		return errors.New("a request was cut while a tool round was open")
	}
	for i := p.shape.From; i < p.before.Loop(); i++ {
		for _, b := range p.before.messages[i].content.blocks {
			if strings.HasSuffix(b.Type, "thinking") && !p.shape.took(i, "t") {
				return fmt.Errorf("thinking of message %d is bound to what is no longer there", i)
			}
		}
	}
	return nil
}
