package proxy

import (
	"bytes"
	"time"

	"github.com/tidwall/gjson"

	"spillway/proxy/account"
	"spillway/proxy/cost"
	"spillway/proxy/loop"
)

// keptEnd is how much is kept of a stream that nobody reads, in bytes: its last events tell what it cost.
const keptEnd = 8 << 10

// passed is what is noted of a stream that nobody reads on its way, to charge for it. It implements [io.Writer].
type passed struct {
	model  string // that was asked for
	asked  int    // bytes of the request
	end    []byte
	events int
}

func (s *passed) Write(p []byte) (int, error) {
	s.events += bytes.Count(p, []byte("data:"))
	s.end = append(s.end, p...)
	if surplus := len(s.end) - keptEnd; surplus > keptEnd {
		s.end = append(s.end[:0], s.end[surplus:]...)
	}
	return len(p), nil
}

// usage is the last event that tells what the stream cost; nil if none does.
func (s *passed) usage() []byte {
	for lines := s.end; len(lines) > 0; {
		at := bytes.LastIndexByte(lines, '\n') + 1
		if data, ok := bytes.CutPrefix(lines[at:], []byte("data:")); ok && gjson.GetBytes(data, "usage").IsObject() {
			return data
		}
		lines = lines[:max(0, at-1)]
	}
	return nil
}

// paysForPassed says whether the client pays for an answer that no policy decided about. Looking up what was made before costs
// nothing, though it may tell what its making has cost.
func (a *arrival) paysForPassed() bool { return a.account != nil && string(a.ctx.Method()) == "POST" }

// modelAsked is the model of a request that nobody has read; "" where it names none.
func (a *arrival) modelAsked() string { return gjson.GetBytes(a.body.bytes(), "model").String() }

// settlePassed charges the client for what an answer tells. model is the one asked for: not every answer names its own.
func (a *arrival) settlePassed(t *loop.Target, model string, answer []byte, now time.Time) {
	told := gjson.GetManyBytes(answer, "model", "usage.prompt_tokens", "usage.completion_tokens", "usage.input_tokens", "usage.output_tokens")
	a.charge(t, cost.Tokens{Input: int(told[1].Int() + told[3].Int()), Output: int(told[2].Int() + told[4].Int())}, now, model, told[0].Str)
}

// settleStream is the same for a stream that has ended. One that tells nothing, which is the client's choice, is charged by its
// length: about a token for an event.
func (a *arrival) settleStream(t *loop.Target, s *passed, now time.Time) {
	if told := s.usage(); told != nil {
		a.settlePassed(t, s.model, told, now)
		return
	}
	const textPerToken = 3
	a.charge(t, cost.Tokens{Input: s.asked / textPerToken, Output: s.events}, now, s.model)
}

func (a *arrival) charge(t *loop.Target, tokens cost.Tokens, now time.Time, models ...string) {
	a.hold.Settle(account.Spent(tokens.Prompt()+tokens.Output, cost.Of(&t.Target, tokens, models...).Dollars), now)
}
