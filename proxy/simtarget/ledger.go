package simtarget

import (
	"maps"
	"sync"
)

// ledgerBytes bounds the bodies a ledger holds.
const ledgerBytes = 256 << 20

// ledger remembers the latest requests and counts all answers.
type ledger struct {
	keep int

	mu       sync.Mutex
	arrivals int
	kept     []*Seen
	bytes    int
	answers  map[string]int
	more     chan struct{} // closed and replaced at every arrival
}

func newLedger(keep int) ledger {
	return ledger{keep: keep, answers: make(map[string]int), more: make(chan struct{})}
}

// number gives the next arrival its place in the order.
func (l *ledger) number() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.arrivals++
	return l.arrivals - 1
}

func (l *ledger) arrived(r *Seen) {
	if l.keep < 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, r)
	l.bytes += len(r.Body)
	for len(l.kept) > l.keep || l.bytes > ledgerBytes && len(l.kept) > 1 {
		l.bytes -= len(l.kept[0].Body)
		l.kept[0] = nil
		l.kept = l.kept[1:]
	}
	close(l.more)
	l.more = make(chan struct{})
}

func (l *ledger) answered(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[name]++
}

func (l *ledger) counts() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.answers)
}

func (l *ledger) latest() []*Seen {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]*Seen(nil), l.kept...)
}

// find gives the request numbered n or, when it has not arrived, a channel that closes at the next arrival; neither when
// it is not kept.
func (l *ledger) find(n int) (*Seen, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.kept {
		if r.N == n {
			return r, nil
		}
	}
	if n < l.arrivals && (l.keep < 0 || len(l.kept) > 0 && n < l.kept[0].N) {
		return nil, nil
	}
	return nil, l.more
}
