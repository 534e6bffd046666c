package gate

import "time"

const (
	// defaultConcurrency is the ceiling of a gate whose target names none.
	defaultConcurrency = 1024
	// decrease is what an overload leaves of what was in flight: CUBIC's factor, RFC 9438 §4.6.
	decrease = 0.7
	// growth is what a success adds above the threshold: a sixteenth, so that a round trip adds a sixteenth of the limit.
	growth = 1.0 / 16
	// full is how many overloads in a row mean that a target is full. Fewer may be chance: some targets refuse one request in
	// ten while they serve the others well.
	full = 3
	// proven is the share of the most that was in flight before a pause up to which the limit doubles after it. More of it
	// runs into the wall that caused the pause; with less the first round trips after an outage are too few.
	proven = 0.85
	// calm is the time without a cut after which the limit may double again, right up to its ceiling.
	calm = 15 * time.Second
)

// limit is how many sends may be at the target at once. It is TCP's congestion window, in requests: increase on success,
// multiplicative decrease on overload, and slow start (AIMD; Chiu and Jain 1989; RFC 5681 §3.1; Netflix's
// concurrency-limits does the same with requests). Above its threshold it grows by a share of itself each round trip, as
// Scalable TCP does (Kelly 2003): targets have room for dozens or for thousands, and one more each time would be too slow
// for the latter.
//
// It starts at its ceiling, since a target is innocent until it overloads. The third overload in a row cuts it to a share
// of what is in flight (RFC 5681's FlightSize), for the ceiling says nothing of what the target can bear; at most once per
// round trip, for an overload of a send that began before the last cut says nothing new. A success adds 1 below the
// threshold, which doubles the limit every round trip. A pause restarts it at one, so that a gate that a probe has opened
// releases its line gradually: by doubling up to most of what was in flight before, then slowly.
//
// One thing differs from TCP. A request that is being answered holds its place for minutes, and the target has shown
// that it has room for it. So the limit never falls below those being answered and one more; else a gate with long
// streams would stand still until they end.
type limit struct {
	ceiling   int
	size      float64 // 1 to ceiling
	threshold float64 // slow start ends here
	cut       instant // when it was last cut
	trouble   instant // when it was last cut or reopened
}

func newLimit() limit {
	return limit{ceiling: defaultConcurrency, size: defaultConcurrency, threshold: defaultConcurrency}
}

// cap moves the ceiling; 0 or less = 1,024.
func (l *limit) cap(ceiling int) {
	if ceiling <= 0 {
		ceiling = defaultConcurrency
	}
	if ceiling == l.ceiling {
		return
	}
	old := float64(l.ceiling)
	l.ceiling = ceiling
	for _, v := range [...]*float64{&l.size, &l.threshold} {
		if *v = min(*v, float64(ceiling)); *v == old {
			*v = float64(ceiling)
		}
	}
}

// grow notes a success; answering counts it.
func (l *limit) grow(now instant, answering int) {
	if now-l.trouble >= calm {
		l.threshold = float64(l.ceiling)
	}
	if l.size < l.threshold {
		l.size++
	} else {
		l.size += max(growth, 1/l.size)
	}
	l.size = min(max(l.size, float64(answering+1)), float64(l.ceiling))
}

// overload is what the gate knows when a send met one.
type overload struct {
	now       instant
	inARow    int // overloads without a success between, this one among them
	inFlight  int // this send among them
	answering int // of those
}

// stale says whether the result of a send that began at a moment is older than the last cut, and so tells nothing new.
func (l *limit) stale(began instant) bool { return began < l.cut }

// shrink notes an overload that is not stale.
func (l *limit) shrink(o overload) {
	if o.inARow < full {
		return
	}
	l.size = min(l.size, max(decrease*float64(o.inFlight), float64(o.answering+1)))
	l.threshold, l.cut, l.trouble = l.size, o.now, o.now
}

// restart goes back to one, for a probe; peak is the most that was in flight of late, 0 when that is not known. A restart
// before anything was sent since the last one keeps what that one knew.
func (l *limit) restart(peak int) {
	if l.size == 1 && l.releasing() {
		return
	}
	l.size, l.threshold = 1, float64(l.ceiling)
	if peak > 0 {
		l.threshold = min(l.threshold, proven*float64(peak))
	}
}

// reopen notes that a probe succeeded: the time of calm counts from here.
func (l *limit) reopen(now instant) { l.trouble = now }

// releasing says whether the limit is on its way back after a pause.
func (l *limit) releasing() bool { return l.size < l.threshold }
