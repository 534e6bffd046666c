package trace

import "sync"

// Log keeps the latest records, those of running requests included. Safe for concurrent use.
type Log struct {
	mu   sync.Mutex
	ring []*Record
	next int // where the next record goes
}

// NewLog keeps n records.
func NewLog(n int) *Log { return &Log{ring: make([]*Record, n)} }

// Add keeps r and forgets the oldest record.
func (l *Log) Add(r *Record) {
	l.mu.Lock()
	l.ring[l.next] = r
	l.next = (l.next + 1) % len(l.ring)
	l.mu.Unlock()
}

// Recent is up to n records, the newest first.
func (l *Log) Recent(n int) []*Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = min(n, len(l.ring))
	found := make([]*Record, 0, n)
	for i := 1; i <= len(l.ring) && len(found) < n; i++ {
		if r := l.ring[(l.next-i+len(l.ring))%len(l.ring)]; r != nil {
			found = append(found, r)
		}
	}
	return found
}

// Find is the record with the id, nil when it is unknown or forgotten.
func (l *Log) Find(id string) *Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.ring {
		if r != nil && r.ID == id {
			return r
		}
	}
	return nil
}
