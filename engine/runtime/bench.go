package runtime

import (
	"sync"
	"time"
)

// benchTime is how long a policy that got stuck too often is not called. After that one call tries it again.
const benchTime = 30 * time.Second

// maxStuck bounds the calls of one policy that are stuck at a time, each on a core of its own. With so many the policy is
// benched until one ends.
const maxStuck = 8

// bench keeps a policy from being called that gets stuck again and again: each time costs a core until the stuck call
// ends, which may be never. It is safe for concurrent use; the zero value with a limit is ready.
type bench struct {
	limit int // stuck calls in a row

	mu    sync.Mutex
	row   int
	until time.Time
}

// admits says whether the policy may be called now, given how many of its calls are stuck. While it is benched, one call
// is admitted each time the bench time has passed.
func (b *bench) admits(stuck int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if stuck >= maxStuck {
		return false
	}
	if b.row < b.limit {
		return true
	}
	now := time.Now()
	if now.Before(b.until) {
		return false
	}
	b.until = now.Add(benchTime)
	return true
}

// ended tells the bench how a call ended.
func (b *bench) ended(stuck bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !stuck {
		b.row = 0
		return
	}
	if b.row++; b.row >= b.limit {
		b.until = time.Now().Add(benchTime)
	}
}

// benched says whether the policy sits on the bench.
func (b *bench) benched(stuck int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.row >= b.limit || stuck >= maxStuck
}
