package clock

import "time"

// event is something to come: a process's turn or a timer's function.
type event struct {
	at      time.Duration // since the start
	order   uint64
	process *process
	turn    uint64
	timer   *timer
}

// timer is a function to call; nil when it was taken back.
type timer struct{ f func() }

// stale says that the event came to nothing.
func (e *event) stale() bool {
	if e.timer != nil {
		return e.timer.f == nil
	}
	return e.turn != e.process.turn
}

func (e *event) before(other *event) bool {
	return e.at < other.at || e.at == other.at && e.order < other.order
}

// events is a binary heap, the next event first. It is container/heap's, without its interfaces: a simulated hour takes
// millions of them.
type events []event

func (h *events) push(e event) {
	*h = append(*h, e)
	all := *h
	i := len(all) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !e.before(&all[parent]) {
			break
		}
		all[i] = all[parent]
		i = parent
	}
	all[i] = e
}

func (h *events) pop() event {
	all := *h
	first, last := all[0], all[len(all)-1]
	all[len(all)-1] = event{}
	all = all[:len(all)-1]
	*h = all
	if len(all) == 0 {
		return first
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(all) {
			break
		}
		if right := child + 1; right < len(all) && all[right].before(&all[child]) {
			child = right
		}
		if !all[child].before(&last) {
			break
		}
		all[i] = all[child]
		i = child
	}
	all[i] = last
	return first
}
