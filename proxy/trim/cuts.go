package trim

// cuts is how far what may go has gone. While a conversation grows they only move forward.
type cuts struct {
	turns    int // whole turns
	rounds   int // of those whose results may go
	thinking int // the message before which it went
	images   int // the message before which they went
}

// from is the first message that is left.
func (s *survey) from(c cuts) int {
	if c.turns == 0 {
		return 0
	}
	return s.starts[c.turns]
}

// results is the message before which tool results went.
func (s *survey) results(c cuts) int {
	if c.rounds == 0 {
		return 0
	}
	return s.rounds[c.rounds-1]
}

// left estimates the request that ended with a message, after cuts.
func (s *survey) left(c cuts, end int) int {
	from, results := s.from(c), s.results(c)
	sum := s.fixed + s.sums[end+1].tokens - s.sums[from].removable
	if results > from {
		sum -= s.sums[results].results - s.sums[from].results
	}
	if c.thinking > from {
		sum -= s.sums[c.thinking].thinking - s.sums[from].thinking
	}
	if c.images > from {
		sum -= s.sums[c.images].images - s.sums[from].images
	}
	if kept := max(from, results); c.images > kept {
		sum -= s.sums[c.images].inResults - s.sums[kept].inResults
	}
	return sum
}

// live counts the results that may go and have not, up to a message.
func (s *survey) live(c cuts, end int) int {
	return s.sums[end+1].count - s.sums[max(s.from(c), s.results(c))].count
}
