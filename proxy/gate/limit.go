package gate

import "time"

const (
	// defaultConcurrency is the ceiling of a gate whose target names none.
	defaultConcurrency = 1024
	// decrease is what an overload leaves of the limit: CUBIC's factor, RFC 9438 §4.6.
	decrease = 0.7
	// calm is the time without an overload after which the limit may double again, right up to its ceiling.
	calm = 15 * time.Second
)

// limit is how many sends may be at the target at once. It is TCP's congestion window, in requests: additive increase
// and multiplicative decrease with slow start (AIMD; Chiu and Jain 1989; RFC 5681 §3.1; Netflix's
// concurrency-limits does the same with requests).
//
// It starts at its ceiling, since a target is innocent until it overloads. An overload cuts it, at most once per round
// trip: an overload of a send that began before the last cut says nothing new. A success adds 1 below the threshold,
// which doubles the limit every round trip, and 1/size above it, which adds one. A pause restarts it at one, without a
// threshold: what the target could bear before says little of what it can after an outage, and doubling finds out in a few
// round trips. So a gate that a probe has opened releases its line gradually.
//
// One thing differs from TCP. A request that is being answered holds its place for minutes, and the target has shown
// that it has room for it. So the limit never falls below those being answered and one more; else a gate with long
// streams would stand still until they end.
type limit struct {
	ceiling   int
	size      float64 // 1 to ceiling
	threshold float64 // slow start ends here
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
		l.size += 1 / l.size
	}
	l.size = min(max(l.size, float64(answering+1)), float64(l.ceiling))
}

// shrink notes the overload of a send that began at a moment.
func (l *limit) shrink(began, now instant, answering int) {
	if began < l.trouble {
		return
	}
	l.size = min(l.size, max(l.size*decrease, float64(answering+1)))
	l.threshold = l.size
	l.trouble = now
}

// restart goes back to one, for a probe.
func (l *limit) restart() {
	l.threshold = float64(l.ceiling)
	l.size = 1
}

// reopen notes that a probe succeeded: the time of calm counts from here.
func (l *limit) reopen(now instant) { l.trouble = now }

// releasing says whether the limit is on its way back after a pause.
func (l *limit) releasing() bool { return l.size < l.threshold }
