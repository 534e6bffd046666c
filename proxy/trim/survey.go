package trim

import (
	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
	"spillway/proxy/rawjson"
)

// messageTokens is what a message costs beside what it says, roughly.
const messageTokens = 4

// survey is what is known of a conversation after one pass. It holds offsets and sums, and no text of the request's.
type survey struct {
	call     *dialect.Call
	options  Options
	form     form
	fixed    int // tokens of the system prompt and the tools
	messages []message
	sums     []sums // by message, of all before it; one more at the end
	starts   []int  // the messages with which turns begin
	rounds   []int  // where rounds end whose results may go: the message behind each
	loose    []loose

	afterUser bool // the message before is the user's
}

// loose is a part that may go and leaves something in its place.
type loose struct {
	kind     kind
	inside   bool // of a result that may go as a whole
	message  int
	from, to int // where in the body it stands
	with     []byte
}

// sums adds up what the messages before some place have.
type sums struct {
	tokens    int // in all
	removable int // of messages that go with their turn
	results   int // would be saved of tool results
	thinking  int
	images    int
	inResults int // would be saved of images in results that may go as a whole
	count     int // of results that may go
}

func newSurvey(c *dialect.Call, o Options) *survey {
	if o.Tokens == nil {
		o.Tokens = func(raw []byte) int { return len(raw) / 3 }
	}
	s := &survey{call: c, options: o}
	s.form = form{
		chat: c.Endpoint == dialect.ChatCompletions, tokens: o.Tokens,
		placeholder: newPlaceholder(o.Placeholder), except: o.Except,
	}
	s.fixed = s.form.cost(c.Value("system")) + s.form.cost(c.Value("tools"))
	return s
}

func (s *survey) read() {
	s.sums = append(s.sums, sums{})
	for p := range grammar.Parts(s.call.Value("messages")) {
		s.message(p)
	}
}

func (s *survey) message(p grammar.Part) {
	m := message{from: rawjson.Offset(s.call.Body, p.Raw)}
	m.to = m.from + len(p.Raw)
	before := s.sums[len(s.sums)-1]
	sum := before
	sum.tokens += messageTokens
	for part := range s.form.parts(p) {
		sum.add(part)
		m.answers = m.answers || part.answer
		m.thinks = m.thinks || part.kind == thought
		if part.kind == result || part.kind == image {
			from := rawjson.Offset(s.call.Body, part.raw)
			s.loose = append(s.loose, loose{part.kind, part.inside, len(s.messages), from, from + len(part.raw), part.with})
		}
	}
	s.place(&m, string(p.Role))
	if !m.stays {
		sum.removable += sum.tokens - before.tokens
	}
	s.messages = append(s.messages, m)
	s.sums = append(s.sums, sum)
	s.endRound(m, sum.count > before.count)
}

// place finds the message's place among turns and tool loops.
func (s *survey) place(m *message, role string) {
	m.assistant = role == "assistant"
	m.stays = s.form.chat && (role == "system" || role == "developer")
	starts := role == "user" && !m.answers && !s.afterUser
	if starts {
		s.starts = append(s.starts, len(s.messages))
	}
	if role != "system" && role != "developer" {
		s.afterUser = role == "user"
	}
	if m.turns = len(s.starts); m.turns > 0 {
		m.loop = s.starts[m.turns-1]
	}
	m.open = m.assistant || !starts && len(s.messages) > 0 && s.messages[len(s.messages)-1].open
}

// endRound notes where a round ends; a chat's has a message for each result.
func (s *survey) endRound(m message, mayGo bool) {
	end, last := len(s.messages), len(s.rounds)-1
	switch {
	case last >= 0 && s.rounds[last] == end-1 && m.answers:
		s.rounds[last] = end
	case mayGo:
		s.rounds = append(s.rounds, end)
	}
}

// asks says whether a request ended with a message, for all that the conversation tells.
func (s *survey) asks(index int) bool {
	return index == s.last() || !s.messages[index].assistant && s.messages[index+1].assistant
}

func (s *survey) last() int { return len(s.messages) - 1 }

func (s *sums) add(p part) {
	s.tokens += p.tokens
	switch {
	case p.kind == result:
		s.results += p.saved
		s.count++
	case p.kind == thought:
		s.thinking += p.saved
	case p.kind == image && p.inside:
		s.inResults += p.saved
	case p.kind == image:
		s.images += p.saved
	}
}
