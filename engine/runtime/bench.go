package runtime

import (
	"sync"
	"time"
)

const (
	// benchTime is how long a policy sits on the bench. After that one call tries it again.
	benchTime = 30 * time.Second
	// maxStuck bounds the calls of one policy that are stuck at a time, each on a core of its own. With so many the policy is
	// benched until one ends.
	maxStuck = 8
	// maxWaste is how much time calls that had to be stopped may take in any [benchTime]: more would be felt by requests that
	// other policies decide about.
	maxWaste = time.Second
)

// bench keeps a policy from being called that has to be stopped again and again. A call that gets stuck costs a core until
// it ends, which may be never; one that can be interrupted costs its time limit. It is safe for concurrent use.
type bench struct {
	stuckInRow int           // as many stuck calls in a row bench the policy
	limit      time.Duration // what a call that had to be stopped has taken

	mu     sync.Mutex
	row    int           // stuck calls since the last that was not
	wasted time.Duration // by calls that had to be stopped
	since  time.Time     // the first of these
	sits   bool
	trial  bool      // a call has been admitted since
	until  time.Time // no call before
}

// admits says whether the policy may be called now, given how many of its calls are stuck. While it is benched, one call
// is admitted each time the bench time has passed.
func (b *bench) admits(stuck int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if stuck >= maxStuck {
		return false
	}
	if !b.sits {
		return true
	}
	now := time.Now()
	if now.Before(b.until) {
		return false
	}
	b.until, b.trial = now.Add(benchTime), true
	return true
}

// ended tells the bench how a call ended.
func (b *bench) ended(how ending) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if how == finished {
		b.row = 0
		if b.trial { // calls from before it sat down have ended long ago
			b.sits, b.trial, b.wasted = false, false, 0
		}
		return
	}
	now := time.Now()
	if now.Sub(b.since) > benchTime {
		b.since, b.wasted = now, 0
	}
	b.wasted += b.limit
	if how == abandoned {
		b.row++
	}
	if b.row >= b.stuckInRow || b.wasted >= max(maxWaste, time.Duration(b.stuckInRow)*b.limit) || b.sits {
		b.sits, b.until = true, now.Add(benchTime)
	}
}

// benched says whether the policy sits on the bench.
func (b *bench) benched(stuck int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sits || stuck >= maxStuck
}
