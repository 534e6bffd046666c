package gate

import "spillway/engine"

// lanes is the number of priorities, and lifts how many steps of age a stay in line has. After each step but the last
// a waiter moves up a lane, so for the last third of the time it is ready to wait every request competes in the
// highest lane: nothing starves, and a client with many old requests of low priority still gets only its turn.
const (
	lanes = 3
	lifts = 3
)

// line is who waits at a gate.
type line struct {
	requests, tokens int
	lanes            [lanes]lane
	ages             ranking[*waiter] // those below the highest lane, by when they move up
	joined           int              // ever
}

// rank is the lane of a priority, 0 being the highest.
func rank(p engine.Priority) int {
	switch p {
	case engine.High:
		return 0
	case engine.Low:
		return 2
	default:
		return 1
	}
}

func (l *line) join(w *waiter) {
	l.joined++
	w.order = l.joined
	l.requests++
	l.tokens += w.visit.Tokens
	l.lanes[w.rank].join(w)
	l.age(w)
}

// age notes when w moves up next.
func (l *line) age(w *waiter) {
	if w.rank == 0 {
		return
	}
	if l.ages.before == nil {
		l.ages.before = func(a, b *waiter) bool { return a.due < b.due || a.due == b.due && a.order < b.order }
		l.ages.place = func(w *waiter) *int { return &w.inAges }
	}
	w.lifted++
	w.due = w.since + (w.leave-w.since)/lifts*instant(w.lifted)
	l.ages.insert(w)
}

func (l *line) quit(w *waiter) {
	l.requests--
	l.tokens -= w.visit.Tokens
	l.lanes[w.rank].quit(w)
	if w.rank > 0 {
		l.ages.remove(w)
	}
	if l.requests == 0 {
		*l = line{}
	}
}

// next chooses who goes next, and uses up that client's turn. The line must not be empty.
func (l *line) next(now instant) *waiter {
	for len(l.ages.items) > 0 && l.ages.items[0].due <= now {
		l.lift(l.ages.items[0])
	}
	i := 0
	for l.lanes[i].requests == 0 {
		i++
	}
	return l.lanes[i].next()
}

// lift moves w up a lane.
func (l *line) lift(w *waiter) {
	l.ages.remove(w)
	l.lanes[w.rank].quit(w)
	w.rank--
	l.lanes[w.rank].join(w)
	l.age(w)
}

// ahead estimates how many would go before w if it joined now.
func (l *line) ahead(w *waiter) int {
	n := l.lanes[w.rank].ahead(w)
	for i := range w.rank {
		n += l.lanes[i].requests
	}
	return n
}

// patient is who has the most time left for an answer. The line must not be empty.
func (l *line) patient() (patient *waiter) {
	for w := range l.all {
		if patient == nil || w.until > patient.until || w.until == patient.until && w.order < patient.order {
			patient = w
		}
	}
	return patient
}

// leaving lists those who leave before a moment.
func (l *line) leaving(before instant) (leaving []*waiter) {
	for w := range l.all {
		if w.leave < before {
			leaving = append(leaving, w)
		}
	}
	return leaving
}

// all yields who waits. The line must not change meanwhile.
func (l *line) all(yield func(*waiter) bool) {
	for i := range l.lanes {
		for e := l.lanes[i].turns.Front(); e != nil; e = e.Next() {
			for _, w := range e.Value.(*flow).waiters.items {
				if !yield(w) {
					return
				}
			}
		}
	}
}
