// Package watch notices that files a person edits may have changed.
//
// It never says what changed: editors rename over, delete and create, write in halves, and Kubernetes swaps a symlink two
// levels up. Any event means "look again", and whoever looks decides by content (a policy set's revision) whether anything
// is new. An event too many costs one hash, and there is no event that must be understood.
//
//	watcher.go   one goroutine: wait, let it settle, watch afresh, call back
//	net.go       which directories to watch, through symlinks and ahead of what does not exist yet
package watch

import (
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

// An editor's save is a handful of events within milliseconds. Copying a folder takes longer, and is looked at before it ends.
const (
	quiet  = 30 * time.Millisecond  // without an event, and a burst is over
	latest = 100 * time.Millisecond // after its first event, and a burst is looked at anyway
)

// Watcher calls back when the files below some paths may have changed.
type Watcher struct {
	paths    []string
	onChange func()
	stop     chan struct{}
	stopped  chan struct{}
	once     sync.Once
}

// New watches paths: files, or directories with everything below them except node_modules and dot directories. They may be
// symlinks and need not exist yet; relative ones mean the working directory of now.
//
// onChange runs on the watcher's own goroutine, one call at a time, 30 to 100 ms after the first event of a burst. What was
// written before a call began is visible to it; what is written later causes another call. So a caller that reads the files
// after New misses nothing. onChange must not call [Watcher.Close].
func New(paths []string, onChange func()) (*Watcher, error) {
	w := &Watcher{onChange: onChange, stop: make(chan struct{}), stopped: make(chan struct{})}
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, fmt.Errorf("watch %s: %w", p, err)
		}
		w.paths = append(w.paths, abs)
	}
	n, err := cast(w.paths)
	if err != nil {
		return nil, fmt.Errorf("watch for changes: %w", err)
	}
	go w.run(n)
	return w, nil
}

// Close ends watching; no callback runs after it returns. It may be called more than once.
func (w *Watcher) Close() {
	w.once.Do(func() { close(w.stop) })
	<-w.stopped
}

// run owns the net and those that replace it.
func (w *Watcher) run(n *net) {
	defer close(w.stopped)
	for n.settle(w.stop) {
		// A new net for each look, because a watch stays with a directory that was moved away. It is out before the caller
		// looks, so that nothing falls between the two.
		next, err := cast(w.paths)
		if err == nil {
			n.haul()
			n = next
		} // else the system has no more watches to give, and the old ones are better than none
		w.onChange()
	}
	n.haul()
}

// settle waits for an event that matters, then for the end of its burst. It is false when stop closes first.
func (n *net) settle(stop <-chan struct{}) bool {
	var calm, limit <-chan time.Time
	for {
		select {
		case <-stop:
			return false
		case <-calm:
			return true
		case <-limit:
			return true
		case e := <-n.events:
			if !n.matters(e.Name) {
				continue
			}
		case <-n.errors: //nolint:errcheck // the queue overflowed, and what was lost may have mattered
		}
		calm = time.After(quiet)
		if limit == nil {
			limit = time.After(latest)
		}
	}
}
