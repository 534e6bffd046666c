// Package clock is the proxy's only source of time and the only way in which its requests wait.
//
// Everything that blocks a request does so in [Clock.Wait], on at most a duration and a few [Signal]s. So a virtual
// clock can know when every request is waiting, and drive the very loop that serves live traffic.
//
//	clock.go    what a clock is, and signals
//	real.go     the machine's
//	virtual.go  that of a simulation, with process.go (what waits) and events.go (what comes next)
package clock

import (
	"sync"
	"time"
)

// Clock tells the time and waits. Implementations are safe for concurrent use.
type Clock interface {
	// Now is the current time, with a monotonic reading where there is one.
	Now() time.Time
	// Wait blocks until a signal fires or d has passed, and returns that signal's index, or -1 when the time passed.
	// When several have fired the lowest index wins. d <= 0 only looks; [Forever] sets no limit. Nil signals never fire.
	Wait(d time.Duration, signals ...*Signal) int
	// Go runs f on a goroutine of its own, which may Wait.
	Go(f func())
	// AfterFunc calls f once, on another goroutine, when d has passed, unless stop was called before.
	AfterFunc(d time.Duration, f func()) (stop func())
}

// Forever as a duration for [Clock.Wait] waits for a signal alone.
const Forever = time.Duration(1<<63 - 1)

// Signal is something that happens at most once: a client hangs up, a gate admits. The zero value has not happened
// yet and is ready for use; a Signal must not be copied. All methods are safe for concurrent use.
type Signal struct {
	mu    sync.Mutex
	fired bool
	next  int
	first func()         // the hook 0, which most signals are left with
	hooks map[int]func() // the others
}

// Fire makes it happen. The first call runs the registered functions, on the caller's goroutine; later calls do nothing.
func (s *Signal) Fire() {
	s.mu.Lock()
	if s.fired {
		s.mu.Unlock()
		return
	}
	s.fired = true
	first, hooks := s.first, s.hooks
	s.first, s.hooks = nil, nil
	s.mu.Unlock()
	if first != nil {
		first()
	}
	for i := range s.next {
		if f := hooks[i]; f != nil {
			f()
		}
	}
}

// Fired says whether it has happened. A nil Signal never does.
func (s *Signal) Fired() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fired
}

// OnFire registers f to run when it happens; at once, before OnFire returns, when it already has. f must not block.
// stop takes f back; it does not wait for an f that is running.
func (s *Signal) OnFire(f func()) (stop func()) {
	if s == nil {
		return func() {}
	}
	s.mu.Lock()
	if s.fired {
		s.mu.Unlock()
		f()
		return func() {}
	}
	defer s.mu.Unlock()
	id := s.next
	s.next++
	if id == 0 {
		s.first = f
		return s.forgetFirst
	}
	if s.hooks == nil {
		s.hooks = make(map[int]func(), 2)
	}
	s.hooks[id] = f
	return func() {
		s.mu.Lock()
		delete(s.hooks, id)
		s.mu.Unlock()
	}
}

func (s *Signal) forgetFirst() {
	s.mu.Lock()
	s.first = nil
	s.mu.Unlock()
}
