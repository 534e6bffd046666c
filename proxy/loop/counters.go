package loop

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Bounds of the counters.
const (
	counterLife = 24 * time.Hour // since the last write
	maxCounters = 10_000
)

// Counters are the shared numbers that policies add to. They survive a reload. The zero value is ready for use;
// safe for concurrent use.
type Counters struct {
	mu     sync.Mutex
	counts map[string]counter
}

type counter struct {
	value   float64
	written time.Time
}

// Get is a counter's value, 0 when it is unknown or expired.
func (c *Counters) Get(name string, now time.Time) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.counts[name]; now.Sub(found.written) < counterLife {
		return found.value
	}
	return 0
}

// Add adds to each counter. When there are too many, those written longest ago go.
func (c *Counters) Add(by map[string]float64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = make(map[string]counter)
	}
	for name, n := range by {
		old := c.counts[name]
		if now.Sub(old.written) >= counterLife {
			old.value = 0
		}
		c.counts[name] = counter{value: old.value + n, written: now}
		if len(c.counts) > maxCounters {
			c.evict()
		}
	}
}

// evict makes room for a tenth more, so that it is seldom done.
func (c *Counters) evict() {
	names := slices.SortedFunc(maps.Keys(c.counts), func(a, b string) int {
		return cmp.Or(c.counts[a].written.Compare(c.counts[b].written), strings.Compare(a, b))
	})
	for _, name := range names[:len(names)/10] {
		delete(c.counts, name)
	}
}
