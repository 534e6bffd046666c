package gate

// lane is one priority's part of a line. Clients take turns (start-time fair queueing, Goyal, Vin and Cheng 1996, with
// every request costing one turn); inside a client the request that must leave earliest goes first. Joining, quitting
// and choosing the next are O(log n).
type lane struct {
	requests int
	flows    map[string]*flow // by client
	turns    ranking[*flow]
	turn     int // the one being served
	ties     int // flows with the same turn are served in the order in which they reached it
}

// flow is one client's requests in a lane. A flow that was served stays, though it be empty, until its next turn:
// a client that comes back at once must not overtake those who waited.
type flow struct {
	client    string
	waiters   ranking[*waiter]
	latest    instant // no waiter leaves later
	turn, tie int
	place     int
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
		l.turns.before = func(a, b *flow) bool { return a.turn < b.turn || a.turn == b.turn && a.tie < b.tie }
		l.turns.place = func(f *flow) *int { return &f.place }
	}
	f := &flow{client: client, turn: l.turn, tie: l.tie()}
	f.waiters.before = func(a, b *waiter) bool { return a.leave < b.leave || a.leave == b.leave && a.order < b.order }
	f.waiters.place = func(w *waiter) *int { return &w.inFlow }
	l.flows[client] = f
	l.turns.insert(f)
	return f
}

func (l *lane) tie() int {
	l.ties++
	return l.ties
}

func (l *lane) quit(w *waiter) {
	w.flow.waiters.remove(w)
	l.requests--
	switch {
	case l.requests == 0:
		*l = lane{}
	case len(w.flow.waiters.items) == 0 && w.flow.turn <= l.turn:
		l.close(w.flow)
	}
	w.flow = nil
}

func (l *lane) close(f *flow) {
	l.turns.remove(f)
	delete(l.flows, f.client)
}

// next chooses who goes next, and uses up that client's turn. The lane must not be empty.
func (l *lane) next() *waiter {
	for {
		f := l.turns.items[0]
		l.turn = f.turn
		if len(f.waiters.items) == 0 {
			l.close(f)
			continue
		}
		f.turn++
		f.tie = l.tie()
		l.turns.moved(f)
		return f.waiters.items[0]
	}
}

// ahead estimates how many of the lane would go before w if it joined now: those of its client that leave earlier,
// taken to be spread evenly, and as many of every other client.
func (l *lane) ahead(w *waiter) int {
	own, mine := 0, 0
	others := len(l.flows)
	if f := l.flows[w.visit.Client]; f != nil {
		own, mine = len(f.waiters.items), f.ahead(w.leave)
		others--
	}
	return mine + min(l.requests-own, (mine+1)*others)
}

func (f *flow) ahead(leave instant) int {
	n := len(f.waiters.items)
	if n == 0 || leave >= f.latest {
		return n
	}
	earliest := f.waiters.items[0].leave
	if leave <= earliest {
		return 0
	}
	return int(float64(n) * float64(leave-earliest) / float64(f.latest-earliest))
}
