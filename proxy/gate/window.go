package gate

import (
	"time"

	"spillway/proxy/latency"
)

const (
	windowSlots = 6
	windowSlot  = 10 * time.Second
)

// window is what became of the sends of the last minute, to within a slot of ten seconds.
type window struct {
	slots [windowSlots]slot
}

// slot is ten seconds of results.
type slot struct {
	number        int64 // since the epoch
	sends, faults int   // results that tell of the target, and those that are its fault
	inFlight      int   // the most
	left          int   // exchanges that ended
	stayed        time.Duration
	firstContent  latency.Histogram
}

// admit notes that with this one so many are in flight.
func (w *window) admit(now instant, inFlight int) {
	s := w.slot(now)
	s.inFlight = max(s.inFlight, inFlight)
}

func (w *window) commit(now instant, firstContent time.Duration) {
	s := w.slot(now)
	s.sends++
	s.firstContent.Record(firstContent)
}

func (w *window) fail(now instant, k FailureKind) {
	if k == ClientGone || k == Unsent {
		return
	}
	s := w.slot(now)
	s.sends++
	if k != RequestFault {
		s.faults++
	}
}

// leave notes the end of an exchange and how long it was at the target.
func (w *window) leave(now instant, stayed time.Duration) {
	s := w.slot(now)
	s.left++
	s.stayed += stayed
}

func (w *window) slot(now instant) *slot {
	number := int64(now / windowSlot)
	s := &w.slots[number%windowSlots]
	if s.number != number {
		*s = slot{number: number}
	}
	return s
}

// recent yields the slots of the last minute.
func (w *window) recent(now instant) func(yield func(*slot) bool) {
	return func(yield func(*slot) bool) {
		for i := range w.slots {
			if s := &w.slots[i]; s.number > int64(now/windowSlot)-windowSlots && !yield(s) {
				return
			}
		}
	}
}

// errorRate is the share of sends that failed by the target's fault; 0 when there were none.
func (w *window) errorRate(now instant) float64 {
	sends, faults := 0, 0
	for s := range w.recent(now) {
		sends += s.sends
		faults += s.faults
	}
	return float64(faults) / float64(max(1, sends))
}

// peak is the most that was in flight.
func (w *window) peak(now instant) (most int) {
	for s := range w.recent(now) {
		most = max(most, s.inFlight)
	}
	return most
}

// stay is how long an exchange is at the target on average; 0 when unknown.
func (w *window) stay(now instant) time.Duration {
	var left int
	var stayed time.Duration
	for s := range w.recent(now) {
		left += s.left
		stayed += s.stayed
	}
	return stayed / time.Duration(max(1, left))
}

// percentiles are the median and the 95th percentile of the time to first content; 0 when unknown.
func (w *window) percentiles(now instant) (p50, p95 time.Duration) {
	var all latency.Histogram
	for s := range w.recent(now) {
		if s.sends > 0 {
			all.Add(&s.firstContent)
		}
	}
	return all.Quantile(0.50), all.Quantile(0.95)
}
