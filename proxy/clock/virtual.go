package clock

import (
	"context"
	"fmt"
	"time"
)

// Virtual is a clock on which time passes only while everybody waits: that of a discrete-event simulation.
//
// Whatever is started with [Virtual.Go] is a process. One process runs at a time, and the next when that one waits, in the
// order of (moment, order of asking). So what happens depends on what the processes do and never on Go's scheduler. Processes
// may hold mutexes, but may wait for each other nowhere but in [Virtual.Wait]. Who is called by AfterFunc or by a [Signal] runs
// between processes and may not wait at all.
//
// The methods belong to the processes and, while [Virtual.Run] is not under way, to whoever made the clock.
type Virtual struct {
	start   time.Time
	now     time.Duration // since start
	events  events
	asked   uint64 // orders the events of one moment
	running *process
	all     []*process
	idle    []*process // of those, whose functions have ended
	unwinds bool
}

// NewVirtual is a clock that begins at a time.
func NewVirtual(start time.Time) *Virtual { return &Virtual{start: start} }

// Now implements [Clock].
func (v *Virtual) Now() time.Time { return v.start.Add(v.now) }

// Go implements [Clock]: f begins at this moment, after all that is due already.
func (v *Virtual) Go(f func()) {
	p := v.process()
	p.job = f
	p.turn++
	v.add(event{at: v.now, process: p, turn: p.turn})
}

// AfterFunc implements [Clock].
func (v *Virtual) AfterFunc(d time.Duration, f func()) (stop func()) {
	t := &timer{f}
	v.add(event{at: v.in(d), timer: t})
	return func() { t.f = nil }
}

// Wait implements [Clock].
func (v *Virtual) Wait(d time.Duration, signals ...*Signal) int {
	if i := firstFired(signals); i >= 0 || d <= 0 {
		return i
	}
	if v.running == nil {
		panic("clock: only a process of the virtual clock can wait")
	}
	return v.running.wait(d, signals)
}

// Run lets time pass until every process has ended and nothing more is to come. look, unless nil, is told whenever the clock
// moves on. The error says that the context ended before, or that processes wait for what never happens; they are then unwound,
// by a panic that nobody should recover. Any other panic of a process is Run's.
func (v *Virtual) Run(ctx context.Context, look func(now time.Time)) error {
	defer v.unwind()
	for turn := 0; len(v.events) > 0; turn++ {
		if turn%1024 == 0 && ctx.Err() != nil {
			return fmt.Errorf("stop after %s: %w", v.now, context.Cause(ctx))
		}
		e := v.events.pop()
		if e.stale() {
			continue
		}
		if e.at > v.now {
			v.now = e.at
			if look != nil {
				look(v.Now())
			}
		}
		v.carryOut(e)
	}
	if n := len(v.all) - len(v.idle); n > 0 {
		return fmt.Errorf("%d processes wait for what never happens", n)
	}
	return nil
}

func (v *Virtual) carryOut(e event) {
	if e.timer != nil {
		e.timer.f()
		return
	}
	v.running = e.process
	e.process.resume()
	v.running = nil
	if e.process.job == nil {
		v.idle = append(v.idle, e.process)
	}
}

// in is the moment after a while.
func (v *Virtual) in(d time.Duration) time.Duration { return v.now + min(max(0, d), Forever-v.now) }

func (v *Virtual) add(e event) {
	v.asked++
	e.order = v.asked
	v.events.push(e)
}

// process is an idle one, or a new one.
func (v *Virtual) process() *process {
	last := len(v.idle) - 1
	if last < 0 {
		p := newProcess(v)
		v.all = append(v.all, p)
		return p
	}
	p := v.idle[last]
	v.idle = v.idle[:last]
	return p
}

// unwind ends every process, wherever it is.
func (v *Virtual) unwind() {
	v.unwinds = true
	for _, p := range v.all {
		p.stop()
	}
	v.all, v.idle, v.events, v.unwinds = nil, nil, nil, false
}
