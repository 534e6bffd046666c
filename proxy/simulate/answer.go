package simulate

import (
	"io"
	"time"

	"spillway/proxy/clock"
	"spillway/proxy/failure"
	"spillway/proxy/loop"
)

// answer is what a simulated target says. It implements [loop.Incoming] and, for one that is written token by token, [loop.Stream].
type answer struct {
	clock  *clock.Virtual
	status int
	kind   string // of its content
	wait   string // a retry-after, "" = none
	body   []byte
	over   func() // tells the target that the exchange has ended; nil when it has been told
	gone   *clock.Signal

	streams bool
	wire    wire
	pending []byte        // has arrived and was not read
	due     time.Time     // when more arrives
	step    time.Duration // between two events
	steps   int           // events still to come before the end
	output  int           // tokens in all
	ends    FaultKind     // Stall or Cut in place of the clean end; "" = cleanly
	ended   bool
	limit   time.Time
}

// Status implements [loop.Incoming].
func (a *answer) Status() int { return a.status }

// Get implements [loop.Incoming].
func (a *answer) Get(name string) string {
	switch {
	case len(name) == len("content-type") && (name[0]|0x20) == 'c':
		return a.kind
	case len(name) == len("retry-after") && (name[0]|0x20) == 'r' && (name[1]|0x20) == 'e':
		return a.wait
	}
	return ""
}

// Headers implements [loop.Incoming].
func (a *answer) Headers(yield func(key, value []byte) bool) {
	if yield([]byte("Content-Type"), []byte(a.kind)) && a.wait != "" {
		yield([]byte("Retry-After"), []byte(a.wait))
	}
}

// Body implements [loop.Incoming].
func (a *answer) Body() []byte { return a.body }

// Stream implements [loop.Incoming].
func (a *answer) Stream() loop.Stream {
	if !a.streams {
		return nil
	}
	return a
}

// Limit implements [loop.Stream].
func (a *answer) Limit(t time.Time) { a.limit = t }

// Close implements [loop.Incoming].
func (a *answer) Close() error {
	if a.over != nil {
		a.over()
		a.over = nil
	}
	return nil
}

// Read implements [loop.Stream].
func (a *answer) Read(p []byte) (int, error) {
	if len(a.pending) == 0 {
		if a.ended {
			return 0, io.EOF
		}
		if err := a.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, a.pending)
	a.pending = a.pending[n:]
	return n, nil
}

// next waits for the next event.
func (a *answer) next() error {
	due, stalls := a.due, a.steps == 0 && a.ends == Stall
	if stalls {
		due = a.due.Add(clock.Forever / 4)
	}
	if !a.limit.IsZero() && a.limit.Before(due) {
		due = a.limit
	}
	if a.clock.Wait(due.Sub(a.clock.Now()), a.gone) == 0 {
		return failure.ErrReset
	}
	if due.Before(a.due) || stalls {
		return failure.ErrIdle
	}
	switch {
	case a.steps > 0:
		a.steps--
		a.due = a.due.Add(a.step)
		a.pending = a.wire.token()
	case a.ends == Cut:
		return failure.ErrReset
	default:
		a.pending, a.ended = a.wire.closing(a.output), true
	}
	return nil
}
