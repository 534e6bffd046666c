package loop

import (
	"bytes"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/gate"
)

// race is between the two sides of a hedged attempt. The first to commit wins; the other is cancelled at once.
type race struct{ winner atomic.Pointer[try] }

// side is one of the two, running on a goroutine of its own.
type side struct {
	try    *try
	gone   clock.Signal // cancels it
	done   clock.Signal
	answer *Answer
	failed *failed
	defect any // what the side panicked with
}

// hedge makes the attempt, and a second one elsewhere if nothing has committed after the hedge's delay. It returns what
// came of both, once there is an answer or both have failed.
func (t *try) hedge(out *Outgoing) (answer *Answer, failures []*failed) {
	plan := t.send.Hedge
	t.race = &race{}
	first := t.run(out)
	defer func() {
		if answer == nil && failures == nil { // a defect
			first.gone.Fire()
			t.Clock.Wait(clock.Forever, &first.done)
			first.drop()
		}
	}()
	if t.Clock.Wait(plan.After, &first.done) == 0 {
		return conclude(first)
	}
	second := t.second(plan)
	if second == nil {
		t.Clock.Wait(clock.Forever, &first.done)
		return conclude(first)
	}
	sides := []*side{first, second}
	if t.Clock.Wait(clock.Forever, &first.done, &second.done) == 1 {
		sides = []*side{second, first}
	}
	if sides[0].answer != nil || sides[0].defect != nil {
		sides[1].gone.Fire()
	}
	t.Clock.Wait(clock.Forever, &sides[1].done)
	return conclude(sides...)
}

// second starts the other side. It is nil when a gate or a limit stands in the way: a hedge never waits.
func (t *try) second(plan *engine.Hedge) *side {
	if t.x.sendsLeft() <= 0 {
		return nil
	}
	other := &try{Loop: t.Loop, x: t.x, began: t.Clock.Now(), gone: t.x.Gone, race: t.race}
	other.allow(&engine.Send{
		Target: plan.Target, Model: plan.Model, MaxTokens: t.send.MaxTokens, Trim: t.send.Trim,
		Timeout: t.send.Timeout, Headers: t.send.Headers, Body: t.send.Body,
	})
	out, f := other.prepare()
	if f != nil {
		t.x.Record.Note("hedge to " + plan.Target + " skipped: " + string(f.Reason) + ", " + f.Message)
		return nil
	}
	t.x.Record.Note("hedged to " + plan.Target)
	return other.run(out)
}

// run makes the exchange on a goroutine of its own.
func (t *try) run(out *Outgoing) *side {
	s := &side{try: t}
	forget := t.x.Gone.OnFire(s.gone.Fire)
	t.gone, out.Gone = &s.gone, &s.gone
	t.Clock.Go(func() {
		defer s.done.Fire()
		defer forget()
		defer func() {
			if defect := recover(); defect != nil {
				s.defect = fmt.Sprintf("%v, in one side of a hedge:\n%s", defect, debug.Stack())
			}
		}()
		s.answer, s.failed = t.exchange(out)
	})
	return s
}

// drop lets go of an answer that nobody will read.
func (s *side) drop() {
	switch {
	case s.answer == nil:
	case s.answer.Relay != nil:
		_ = s.answer.Relay.Close()
	default:
		_ = s.answer.Incoming.Close()
	}
}

// win says whether the attempt may commit: no other side of it has.
func (t *try) win() bool {
	return t.race == nil || t.race.winner.CompareAndSwap(nil, t)
}

// lost ends an attempt whose other side was faster. It says nothing of its target.
func (t *try) lost(in Incoming) {
	_ = in.Close()
	t.settle(gate.ClientGone, 0)
}

// conclude is what came of the sides, in finishing order. A side that was cancelled is no attempt. A defect of one goes on here,
// where it ends this request alone.
func conclude(sides ...*side) (answer *Answer, failures []*failed) {
	for i, s := range sides {
		if s.defect != nil {
			sides[len(sides)-1-i].drop()
			panic(s.defect)
		}
	}
	for _, s := range sides {
		switch won := s.try.race.winner.Load(); {
		case s.answer != nil:
			answer = s.answer
		case s.failed != nil && (won == nil || !s.gone.Fired()):
			failures = append(failures, s.failed)
		}
	}
	return answer, failures
}

// copied is the client's headers in memory of their own.
func copied(headers func(yield func(key, value []byte) bool)) func(yield func(key, value []byte) bool) {
	var all [][2][]byte
	for key, value := range headers {
		all = append(all, [2][]byte{bytes.Clone(key), bytes.Clone(value)})
	}
	return func(yield func(key, value []byte) bool) {
		for _, h := range all {
			if !yield(h[0], h[1]) {
				return
			}
		}
	}
}
