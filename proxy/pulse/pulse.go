// Package pulse counts what happens second by second, for the last five minutes: what a person looks at who wants to know
// how it goes now. What must last, Prometheus keeps.
package pulse

import (
	"slices"
	"sync"
	"time"

	"spillway/proxy/latency"
	"spillway/proxy/trace"
)

// Span is how many seconds are kept, the present one included.
const Span = 300

// Pulse is the last [Span] seconds. The zero value is ready, and safe for concurrent use.
type Pulse struct {
	mu      sync.Mutex
	seconds [Span]second
}

// second is one second of all traffic.
type second struct {
	number       int64 // since 1970
	outcomes     [len(trace.Outcomes)]int
	refused      int // answered with an error for a fault of their own
	sends        int // attempts that reached a target, and ended
	overloads    int // of them
	tokens       int
	dollars      float64
	firstContent latency.Histogram
}

// Ended counts a request's end, with what it cost.
func (p *Pulse) Ended(e *trace.End) {
	s := p.lock(e.At)
	defer p.mu.Unlock()
	if e.Outcome == trace.Failed && faulty(e.Status) {
		s.refused++
	} else if i := slices.Index(trace.Outcomes[:], e.Outcome); i >= 0 {
		s.outcomes[i]++
	}
	s.tokens += e.Usage.Prompt() + e.Usage.Output
	s.dollars += e.Cost.Dollars
}

// faulty says whether a status blames the request alone: every target would answer so.
func faulty(status int) bool { return status == 400 || status == 413 || status == 422 }

// Refused counts a request that was answered before any policy was asked.
func (p *Pulse) Refused(now time.Time) {
	s := p.lock(now)
	defer p.mu.Unlock()
	s.refused++
}

// Committed counts an attempt that became the answer, and what the client waited for its first content, retries included.
func (p *Pulse) Committed(now time.Time, waited time.Duration) {
	s := p.lock(now)
	defer p.mu.Unlock()
	s.sends++
	s.firstContent.Record(waited)
}

// Failed counts an attempt that reached a target and came to nothing.
func (p *Pulse) Failed(now time.Time, overloaded bool) {
	s := p.lock(now)
	defer p.mu.Unlock()
	s.sends++
	if overloaded {
		s.overloads++
	}
}

// lock is now's second, with mu held. A clock that was set back counts into the present of before.
func (p *Pulse) lock(now time.Time) *second {
	number := now.Unix()
	p.mu.Lock()
	s := &p.seconds[uint64(number)%Span]
	if s.number < number {
		*s = second{number: number}
	}
	return s
}
