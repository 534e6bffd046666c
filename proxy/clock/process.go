package clock

import (
	"iter"
	"time"
)

// process is a coroutine of a virtual clock. It runs one function after the other, for a stack that has grown is worth keeping.
type process struct {
	clock *Virtual
	job   func() // nil when idle
	// turn counts the waits: an event of an earlier one is stale.
	turn  uint64
	woken bool // by a signal, in this turn

	resume func()           // runs the process until it waits or its job has ended; called by the clock
	pause  func() (on bool) // gives the turn back to the clock; called by the process
	stop   func()           // unwinds it
}

// unwound is what a process panics with when it is to end in the middle of its job.
type unwound struct{}

func newProcess(v *Virtual) *process {
	p := &process{clock: v}
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		p.pause = func() bool { return yield(struct{}{}) }
		p.run()
	})
	p.resume = func() { _, _ = next() }
	p.stop = stop
	return p
}

// run does job after job.
func (p *process) run() {
	defer func() {
		if caught := recover(); caught != nil && caught != any(unwound{}) {
			panic(caught)
		}
	}()
	for {
		p.job()
		p.job = nil
		if !p.pause() {
			return
		}
	}
}

// wait is [Clock.Wait] for a process that has to.
func (p *process) wait(d time.Duration, signals []*Signal) int {
	v := p.clock
	if v.unwinds {
		panic(unwound{})
	}
	p.turn++
	p.woken = false
	if at := v.in(d); at < Forever {
		v.add(event{at: at, process: p, turn: p.turn})
	}
	var room [2]func()
	stops := room[:0]
	for _, s := range signals {
		if s != nil {
			stops = append(stops, s.OnFire(p.waker(p.turn)))
		}
	}
	on := p.pause()
	p.turn++
	for _, stop := range stops {
		stop()
	}
	if !on {
		panic(unwound{})
	}
	return firstFired(signals)
}

// waker ends a turn's wait, at the moment at which it is called.
func (p *process) waker(turn uint64) func() {
	return func() {
		if p.turn == turn && !p.woken {
			p.woken = true
			p.clock.add(event{at: p.clock.now, process: p, turn: turn})
		}
	}
}
