package gate

import "container/list"

// lane is one priority's part of a line. Clients take turns, one request each (Nagle's fair queueing, RFC 970); inside
// a client the request that must leave earliest goes first. Joining, quitting and choosing the next are O(log n).
type lane struct {
	requests int
	flows    map[string]*flow // by client
	turns    list.List        // of *flow, the next first
}

// flow is one client's requests in a lane, at least one.
type flow struct {
	client  string
	waiters ranking[*waiter]
	latest  instant // no waiter leaves later
	turn    *list.Element
}

func (l *lane) join(w *waiter) {
	f := l.flows[w.visit.Client]
	if f == nil {
		f = l.open(w.visit.Client)
	}
	w.flow = f
	f.waiters.insert(w)
	f.latest = max(f.latest, w.leave)
	l.requests++
}

func (l *lane) open(client string) *flow {
	if l.flows == nil {
		l.flows = map[string]*flow{}
	}
	f := &flow{client: client}
	f.waiters.before = func(a, b *waiter) bool { return a.leave < b.leave || a.leave == b.leave && a.order < b.order }
	f.waiters.place = func(w *waiter) *int { return &w.inFlow }
	f.turn = l.turns.PushBack(f)
	l.flows[client] = f
	return f
}

func (l *lane) quit(w *waiter) {
	f := w.flow
	w.flow = nil
	l.requests--
	f.waiters.remove(w)
	if len(f.waiters.items) == 0 {
		l.turns.Remove(f.turn)
		delete(l.flows, f.client)
	}
	if l.requests == 0 {
		*l = lane{}
	}
}

// next chooses who goes next, and uses up that client's turn. The lane must not be empty.
func (l *lane) next() *waiter {
	first := l.turns.Front()
	l.turns.MoveToBack(first)
	return first.Value.(*flow).waiters.items[0]
}

// ahead estimates how many of the lane would go before w if it joined now: those of its client that leave earlier,
// taken to be spread evenly, and as many of every other client.
func (l *lane) ahead(w *waiter) int {
	own, mine, others := 0, 0, len(l.flows)
	if f := l.flows[w.visit.Client]; f != nil {
		own, mine = len(f.waiters.items), f.ahead(w.leave)
		others--
	}
	return mine + min(l.requests-own, (mine+1)*others)
}

func (f *flow) ahead(leave instant) int {
	n := len(f.waiters.items)
	if leave >= f.latest {
		return n
	}
	earliest := f.waiters.items[0].leave
	if leave <= earliest {
		return 0
	}
	return int(float64(n) * float64(leave-earliest) / float64(f.latest-earliest))
}
