package demo

import (
	"fmt"
	"time"

	"spillway/proxy/simtarget"
)

// endless is the length of one telling when the demo has no end.
const endless = 60 * time.Second

// story says when which target is overloaded: first one of them, for a while both, then none.
type story struct {
	length          time.Duration // of one telling
	total           time.Duration // of the demo; 0 = it has no end
	primary, backup simtarget.Wave
}

func newStory(total time.Duration) story {
	length := total
	if total == 0 {
		length = endless
	}
	part := func(share float64) time.Duration { return time.Duration(share * float64(length)) }
	s := story{length: length, total: total}
	s.primary = simtarget.Wave{From: part(.14), Rise: part(.06), Peak: part(.46), Fall: part(.08), Height: .95, Late: lateStart, Seed: 1}
	s.backup = simtarget.Wave{From: part(.42), Rise: part(.02), Peak: part(.08), Fall: part(.04), Height: .95, Late: lateStart, Seed: 2}
	if total == 0 {
		s.primary.Every, s.backup.Every = length, length
	}
	return s
}

// lateStart is how late a slow answer of an overloaded target begins.
const lateStart = 2500 * time.Millisecond

// chapter names what is going on.
func (s story) chapter(t time.Duration) string {
	first, second := s.primary.Level(t), s.backup.Level(t)
	switch {
	case first > 0 && second > 0:
		return "both targets are overloaded"
	case first > 0:
		return "claude is overloaded"
	case s.within(t) <= s.primary.From:
		return "calm"
	}
	return "recovered"
}

// within is the time into the present telling.
func (s story) within(t time.Duration) time.Duration {
	if s.total == 0 {
		return t % s.length
	}
	return t
}

// columns is how wide a chart of one telling is.
const columns = 48

// moment is a time as the charts know it.
type moment struct{ telling, column int }

func (s story) moment(t time.Duration) moment {
	column := int(s.within(t) * columns / s.length)
	return moment{telling: int((t - s.within(t)) / s.length), column: min(column, columns-1)}
}

// middle is a time inside a column of the present telling.
func (s story) middle(column int) time.Duration {
	return (s.length*time.Duration(column) + s.length/2) / columns
}

// pause is how many seconds a policy's first pause takes. Real outages last minutes, and pauses seconds; both are
// shortened alike.
func (s story) pause() string { return fmt.Sprintf("%.1f", max(s.length.Seconds()/15, .2)) }

// healthy is a target at its best: a short answer, streamed word by word.
func healthy(r *simtarget.Seen) simtarget.Answer {
	think := time.Duration(80+r.N*37%120) * time.Millisecond
	answer := simtarget.Message("The flood gate is open and the water goes where there is room.")
	return simtarget.SlowStart(think, simtarget.SlowDrip(10*time.Millisecond, answer))(r)
}
