package runtime

import (
	"sync/atomic"
	"time"
)

// grace is how long a call that was interrupted may take to notice.
const grace = 20 * time.Millisecond

// worker is one goroutine that owns one runtime. A caller borrows it, lets it [worker.do] one thing, and gives it back:
// at any time at most one caller uses it.
//
// Only that caller interrupts the runtime, and only while the call is under way; a runtime that was interrupted is never
// used again. So an interruption cannot reach another call.
type worker struct {
	instance *instance
	jobs     chan func(*instance)
	done     chan struct{}
	timer    *time.Timer
	started  atomic.Bool // the job under way has begun
	last     func()      // what the goroutine does before it ends; nil for nothing
	ready    bool        // the policy is loaded; the borrower's to read and set
}

func newWorker(i *instance) *worker {
	w := &worker{instance: i, jobs: make(chan func(*instance), 1), done: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
	go w.run()
	return w
}

func (w *worker) run() {
	for job := range w.jobs {
		w.started.Store(true)
		job(w.instance)
		w.done <- struct{}{}
	}
	if w.last != nil {
		w.last()
	}
}

// dismiss ends the goroutine, after the job under way if there is one, with a last thing to do. The worker must not be
// used after that.
func (w *worker) dismiss(last func()) {
	w.last = last
	close(w.jobs)
}

// ending says how a job ended.
type ending int

const (
	finished    ending = iota // in time
	interrupted               // it was interrupted, or ended just then; the runtime is not fit for another call
	abandoned                 // it still runs; the worker must be given up
)

// do runs a job in the runtime, and returns when it has ended, or when limit and grace have passed without it noticing
// an interruption.
func (w *worker) do(job func(*instance), limit time.Duration) ending {
	w.started.Store(false)
	w.jobs <- job
	if w.endsWithin(limit) {
		return finished
	}
	w.instance.vm.Interrupt(limit)
	w.timer.Reset(grace)
	if w.ended() {
		return interrupted
	}
	return abandoned
}

// endsWithin waits for the job, but no longer than limit. It looks at the time in slices, and those that the machine took
// away do not count: slices that end late, since the whole process stood still, and those before the job began.
func (w *worker) endsWithin(limit time.Duration) bool {
	const slices = 4
	slice := limit / slices
	for counted, seen := 0, 0; counted < slices && seen < 4*slices; seen++ {
		began := time.Now()
		w.timer.Reset(slice)
		if w.ended() {
			return true
		}
		if w.started.Load() && time.Since(began) < slice+max(slice/4, time.Millisecond) {
			counted++
		}
	}
	return false
}

// ended waits for the job or the timer, and says whether it was the job.
func (w *worker) ended() bool {
	select {
	case <-w.done:
		w.timer.Stop()
		return true
	case <-w.timer.C:
		return false
	}
}
