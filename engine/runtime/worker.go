package runtime

import (
	"fmt"
	"sync/atomic"
	"time"
)

// grace is how long a call that was interrupted may take to notice; where there is more time, a quarter of the limit.
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
	heap     heap        // the borrower's to watch
	why      stop        // the last job was to be stopped
}

func newWorker(i *instance, memory int) *worker {
	w := &worker{instance: i, jobs: make(chan func(*instance), 1), done: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
	w.heap.appetite = uint64(memory)
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

// stop is why a job is interrupted.
type stop struct{ what, hint string }

// do runs a job in the runtime, and returns when it has ended, or when it has had its time or too much memory, and grace
// has passed without it noticing an interruption.
func (w *worker) do(job func(*instance), limit time.Duration) ending {
	w.started.Store(false)
	w.jobs <- job
	why, ended := w.watch(limit)
	if ended {
		return finished
	}
	w.why = why
	w.instance.vm.Interrupt(why)
	if _, ended = w.watch(max(grace, limit/4)); ended {
		return interrupted
	}
	return abandoned
}

// watch waits for the job, and says whether it has ended or why it is to be stopped. It looks at the time and the memory in
// slices, and those that the machine took away do not count as time: slices that end late, since the whole process stood
// still, and those before the job began.
func (w *worker) watch(limit time.Duration) (why stop, ended bool) {
	slice := min(limit/4, 5*time.Millisecond)
	w.heap.begin()
	for counted, seen := time.Duration(0), time.Duration(0); counted < limit && seen < 4*limit; seen += slice {
		began := time.Now()
		w.timer.Reset(slice)
		if w.ended() {
			return stop{}, true
		}
		if w.started.Load() && time.Since(began) < slice+max(slice/4, time.Millisecond) {
			counted += slice
		}
		if w.heap.outgrown() {
			return stop{fmt.Sprintf("took more than %d MB of memory", w.heap.appetite>>20), "does it put more and more into a list, map or text?"}, false
		}
	}
	return stop{"took longer than " + limit.String(), "is there a loop that does not end?"}, false
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
