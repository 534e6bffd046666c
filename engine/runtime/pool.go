package runtime

import (
	stdruntime "runtime"
	"sync"
	"time"

	"spillway/engine"
	"spillway/engine/script"
)

// pool lends the runtimes of one policy. It is safe for concurrent use.
//
// More calls at a time than twice the cores would only take turns, so the rest wait for a free runtime. The runtime that
// came back last goes out first: few are warm, and under little load few exist.
type pool struct {
	program *script.Program
	env     engine.Environment
	memory  int           // for each call, in bytes
	slots   chan struct{} // holds a token for each runtime that is lent

	mu        sync.Mutex
	idle      []*worker
	closed    bool
	born      int64
	abandoned int64
	stuck     int // abandoned and still running
}

func newPool(program *script.Program, env engine.Environment, memory int) *pool {
	return &pool{program: program, env: env, memory: memory, slots: make(chan struct{}, max(4, 2*stdruntime.GOMAXPROCS(0)))}
}

// borrow lends a runtime, one that nobody has used if it is to be fresh, or nil when none becomes free in time.
// Whoever gets one must hand it to [pool.giveBack] or [pool.giveUp].
func (p *pool) borrow(patience time.Duration, fresh bool) *worker {
	if !p.takeSlot(patience) {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.idle) - 1; last >= 0 && !fresh {
		w := p.idle[last]
		p.idle[last] = nil
		p.idle = p.idle[:last]
		return w
	}
	p.born++
	return newWorker(newInstance(p.program, p.env), p.memory)
}

func (p *pool) takeSlot(patience time.Duration) bool {
	select {
	case p.slots <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case p.slots <- struct{}{}:
		return true
	case <-timer.C:
		return false
	}
}

// giveBack returns a runtime, for another call if it is fit for one.
func (p *pool) giveBack(w *worker, fit bool) {
	p.mu.Lock()
	if fit = fit && !p.closed; fit {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
	if !fit {
		w.dismiss(nil)
	}
	<-p.slots
}

// giveUp is for a runtime whose call does not end.
func (p *pool) giveUp(w *worker) {
	p.mu.Lock()
	p.abandoned++
	p.stuck++
	p.mu.Unlock()
	w.dismiss(p.cameLoose)
	<-p.slots
}

// cameLoose notes that an abandoned call has ended after all.
func (p *pool) cameLoose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stuck--
}

// stuckCalls counts the abandoned calls that still run.
func (p *pool) stuckCalls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stuck
}

// close dismisses the idle runtimes, and from now on those that come back.
func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, w := range idle {
		w.dismiss(nil)
	}
}
