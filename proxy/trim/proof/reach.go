package proof

import (
	"fmt"
	"slices"
)

// step is how many results or turns more than are kept there must be, at least, for some to go.
func step(keep int) int { return max(keep, 5) }

// reaches: what the options ask for is done as far as it may be. With MinTokens too little may have been to be gained, and on a
// model that binds its thinking a request may have had to be left alone.
func (p *pair) reaches() error {
	if p.rules.MinTokens > 0 || p.rules.PrefixBound {
		return nil
	}
	if keep := p.rules.KeepTurns; keep != nil && !p.compacted() {
		from := 0
		if p.shape.Dropped > 0 {
			from = slices.Index(p.before.starts, p.shape.From)
		}
		if left := len(p.before.starts) - from; left >= max(1, *keep)+step(*keep) {
			return fmt.Errorf("%d turns are left, and %d are to be kept", left, *keep)
		}
	}
	if keep := p.rules.KeepToolResults; keep != nil {
		return p.reachesResults(*keep)
	}
	return nil
}

// reachesResults: if too many are left, the next round's cannot go without too few being left.
func (p *pair) reachesResults(keep int) error {
	var live []result
	for _, r := range p.allResults() {
		if r.mayGo && !r.cleared {
			live = append(live, r)
		}
	}
	if len(live) < keep+step(keep) || live[0].message >= p.before.Loop() {
		return nil
	}
	next := 1
	for next < len(live) && !p.roundEnds(live, 0, next) {
		next++
	}
	if len(live)-next >= keep {
		return fmt.Errorf("%d results are left, and %d are to be kept", len(live), keep)
	}
	return nil
}

func (p *pair) compacted() bool {
	return slices.ContainsFunc(p.before.messages, func(m *message) bool {
		return slices.ContainsFunc(m.content.blocks, func(b block) bool { return b.Type == "compaction" })
	})
}
