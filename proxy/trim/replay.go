package trim

// goalPercent is to how much of its goal a request is brought when it has passed it.
const goalPercent = 65

// replay finds the cuts for the whole conversation: it lets it grow again, and moves them as each request needs it. On a model
// with PrefixBound only requests that begin a turn are edited.
func (s *survey) replay() cuts {
	var c cuts
	for end := range s.messages {
		if bound := s.options.PrefixBound && s.messages[end].open; s.asks(end) && !bound {
			c = s.step(c, end)
		}
	}
	return c
}

// step moves the cuts as far as the request that ends with a message needs it.
func (s *survey) step(c cuts, end int) cuts {
	wanted := s.bound(s.wanted(c, end), end)
	if s.left(c, end)-s.left(wanted, end) >= max(1, s.options.MinTokens) {
		c = wanted
	}
	if goal := s.options.To; goal > 0 && s.left(c, end) > goal {
		c = s.deepen(c, end, goal*goalPercent/100)
	}
	return s.bound(c, end)
}

// bound: thinking that is bound to its prefix goes once that prefix is another.
func (s *survey) bound(c cuts, end int) cuts {
	if s.options.PrefixBound && s.left(c, end) < s.left(cuts{}, end) {
		c.thinking = s.messages[end].loop
	}
	return c
}

// wanted is what the options ask for whatever the size.
func (s *survey) wanted(c cuts, end int) cuts {
	loop := s.messages[end].loop
	if keep := s.options.KeepTurns; keep != nil && s.messages[end].turns-c.turns >= s.keptTurns()+Step(*keep) {
		c.turns = s.turnsUpTo(end)
	}
	if keep := s.options.KeepToolResults; keep != nil && s.live(c, end) >= *keep+Step(*keep) {
		for s.nextRound(c, end) {
			c.rounds++
		}
	}
	if s.options.DropThinking {
		c.thinking = loop
	}
	if s.options.Images == "drop old" {
		c.images = loop
	}
	return c
}

// deepen cuts in the order the package documents until the estimate is at most low, as far as it may.
func (s *survey) deepen(c cuts, end, low int) cuts {
	c.thinking = s.messages[end].loop
	for s.left(c, end) > low && s.nextRound(c, end) {
		c.rounds++
	}
	if s.left(c, end) > low && s.options.Images != "keep" {
		c.images = s.messages[end].loop
	}
	if s.left(c, end) <= s.options.To {
		return c
	}
	for s.left(c, end) > low && c.turns < s.turnsUpTo(end) {
		c.turns++
	}
	return c
}

// nextRound says whether another round's results may go: it is over, and enough others stay.
func (s *survey) nextRound(c cuts, end int) bool {
	if c.rounds == len(s.rounds) || s.rounds[c.rounds] > s.messages[end].loop {
		return false
	}
	c.rounds++
	keep := s.options.KeepToolResults
	return keep == nil || s.live(c, end) >= *keep || s.results(c) <= s.from(c)
}

// turnsUpTo is how many turns may go at most.
func (s *survey) turnsUpTo(end int) int {
	if s.form.compacted {
		return 0
	}
	return max(0, s.messages[end].turns-s.keptTurns())
}

// keptTurns is how many turns stay at least: the last one does in any case.
func (s *survey) keptTurns() int {
	if keep := s.options.KeepTurns; keep != nil {
		return max(1, *keep)
	}
	return 1
}
