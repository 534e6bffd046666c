package simtarget

import (
	"math/rand/v2"
	"time"
)

// Wave is an overload by the clock: calm until From, rising over Rise, at its height over Peak, falling over Fall, and
// calm again.
type Wave struct {
	From, Rise, Peak, Fall time.Duration
	// Height is the share of requests that go wrong at the peak, 0 to 1.
	Height float64
	// Late is how late a slow start begins.
	Late time.Duration
	// Every repeats the wave with this period; 0 = it comes once.
	Every time.Duration
	// Seed decides, with a request's number and the wave's level, what goes wrong.
	Seed uint64
}

// Level is the share of requests that go wrong at this time into the wave.
func (w Wave) Level(t time.Duration) float64 {
	if w.Every > 0 {
		t %= w.Every
	}
	t -= w.From
	switch {
	case t < 0:
		return 0
	case t < w.Rise:
		return w.Height * float64(t) / float64(w.Rise)
	case t < w.Rise+w.Peak:
		return w.Height
	case t < w.Rise+w.Peak+w.Fall:
		return w.Height * (1 - float64(t-w.Rise-w.Peak)/float64(w.Fall))
	}
	return 0
}

// Over is calm going through the wave, which begins at start. What goes wrong is what an overloaded target does: most
// of it is an overload inside a 200 or a 529, the rest late answers and aborted connections.
func (w Wave) Over(start time.Time, calm Behaviour) Behaviour {
	return func(r *Seen) Answer {
		dice := rand.New(rand.NewPCG(w.Seed, uint64(r.N)))
		if dice.Float64() >= w.Level(r.At.Sub(start)) {
			return calm(r)
		}
		return w.wrong(dice.Float64(), calm)(r)
	}
}

func (w Wave) wrong(roll float64, calm Behaviour) Behaviour {
	switch {
	case roll < 0.40:
		return Overloaded()
	case roll < 0.60:
		return OverloadedInStream()
	case roll < 0.75:
		return OverloadedAfterPreamble()
	case roll < 0.90:
		return named200("slow", SlowStart(w.Late, calm))
	}
	return ResetAtOnce()
}

// named200 counts a good answer under a name of its own.
func named200(name string, b Behaviour) Behaviour {
	return func(r *Seen) Answer {
		a := b(r)
		a.Name = name
		return a
	}
}
