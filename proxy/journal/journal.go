// Package journal writes the decision log: a line for every decision, in the format of [spillway/engine/replay], into a file
// that is kept from growing without end.
//
//	journal.go  a bounded buffer before one goroutine that writes
//	file.go     the file, and the older ones beside it
package journal

import (
	"sync"
	"time"

	"spillway/engine/replay"
)

// buffered is how many decisions may wait to be written.
const buffered = 8192

// pace is how long the writer rests after a write: a wakening and a write then pay for many decisions.
const pace = 50 * time.Millisecond

// Settings say where decisions go.
type Settings struct {
	// File is the path of the log.
	File string
	// MaxSize is how many bytes it may have before it is renamed to FILE.1, and FILE.1 to FILE.2 and so on.
	MaxSize int64
	// Keep is how many renamed files stay.
	Keep int
}

// Observer is told what becomes of decisions. Its functions may be called from any goroutine, and must not block.
type Observer struct {
	// Written is called for each decision that was written, Dropped for each that was not.
	Written, Dropped func()
	// Failed is told the first error of a series.
	Failed func(error)
}

// Journal takes decisions and has one goroutine write them. Its methods are safe for concurrent use, and do nothing on nil.
type Journal struct {
	queue   chan *replay.Made
	written sync.WaitGroup
	observe Observer

	mu     sync.RWMutex // guards the closing of queue
	closed bool
}

// Open opens the log to append to it.
func Open(s Settings, observe Observer) (*Journal, error) {
	f, err := openFile(s)
	if err != nil {
		return nil, err
	}
	j := &Journal{queue: make(chan *replay.Made, buffered), observe: observe}
	j.written.Add(1)
	go j.write(f)
	return j, nil
}

// Add takes a decision and never blocks: when the writer is too far behind, the decision is dropped and counted.
func (j *Journal) Add(m *replay.Made) {
	if j == nil {
		return
	}
	j.mu.RLock()
	defer j.mu.RUnlock()
	if j.closed {
		j.observe.Dropped()
		return
	}
	select {
	case j.queue <- m:
	default:
		j.observe.Dropped()
	}
}

// Waiting is how many decisions wait to be written.
func (j *Journal) Waiting() int {
	if j == nil {
		return 0
	}
	return len(j.queue)
}

// Close writes what waits, and closes the file. Decisions that come after it are dropped.
func (j *Journal) Close() {
	if j == nil {
		return
	}
	j.mu.Lock()
	if !j.closed {
		j.closed = true
		close(j.queue)
	}
	j.mu.Unlock()
	j.written.Wait()
}

// write writes until the queue is closed. What waits is written together.
func (j *Journal) write(f *file) {
	defer j.written.Done()
	waiting, failing := 0, false
	for m := range j.queue {
		waiting++
		err := f.add(m)
		if err == nil && len(j.queue) > 0 {
			continue
		}
		if err == nil {
			err = f.flush()
		}
		j.settle(waiting, err, failing)
		waiting, failing = 0, err != nil
		time.Sleep(pace)
	}
	j.settle(waiting, f.close(), failing)
}

// settle tells what became of the latest decisions.
func (j *Journal) settle(decisions int, err error, failing bool) {
	count := j.observe.Written
	if err != nil {
		count = j.observe.Dropped
		if !failing {
			j.observe.Failed(err)
		}
	}
	for range decisions {
		count()
	}
}
