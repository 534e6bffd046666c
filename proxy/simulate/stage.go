package simulate

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/loop"
)

// sampling is how often the length of the line is looked at.
const sampling = time.Second

// epoch is when every simulation begins: a Monday at noon.
var epoch = time.Date(2026, time.November, 2, 12, 0, 0, 0, time.UTC)

// asker is how an application asks: through the proxy, or without.
type asker interface {
	ask(o *order, try int) outcome
	queued() int
	close()
}

// stage is one run under way. Everything on it happens in processes of its clock, one at a time, so nothing needs a lock.
type stage struct {
	scenario  *Scenario
	contender *Contender
	clock     *clock.Virtual
	servers   []*server
	asker     asker
	prompts   []prompts // by client
	orders    map[uint64]*order
	numbers   uint64
	arriving  int // clients, and bursts, that have not asked for the last time
	book      *book
	cancel    context.CancelCauseFunc
}

func newStage(s *Scenario, c *Contender, cancel context.CancelCauseFunc) (*stage, error) {
	st := &stage{
		scenario: s, contender: c, clock: clock.NewVirtual(epoch), prompts: make([]prompts, len(s.clients)), orders: map[uint64]*order{},
		book: newBook(s), cancel: cancel,
	}
	for i := range s.targets {
		st.servers = append(st.servers, &server{target: &s.targets[i], stage: st, place: i, inFlight: map[string]int{}, names: map[string]string{}})
	}
	st.asker = direct{st}
	if c.program != nil {
		p, err := newProxied(st, c)
		if err != nil {
			return nil, err
		}
		st.asker = p
	}
	return st, nil
}

// now is the time since the beginning.
func (s *stage) now() time.Duration { return s.clock.Now().Sub(epoch) }

// home is where requests of a dialect go without a proxy.
func (s *stage) home(dialect engine.API) *server {
	for _, server := range s.servers {
		if server.Dialect == dialect {
			return server
		}
	}
	panic("simulate: a client of a dialect that no target speaks")
}

// begin sees to it that every client asks, and that somebody looks at the line.
func (s *stage) begin() {
	for i := range s.scenario.clients {
		c := &s.scenario.clients[i]
		if c.every > 0 {
			s.arriving++
			d := newDice(s.scenario.Seed, "arrival", uint64(i))
			s.clock.AfterFunc(c.from+d.gap(c.every), func() { s.arrive(i, d) })
		}
		for j, b := range c.bursts {
			s.arriving++
			s.clock.AfterFunc(b.at, func() { s.burst(i, b, newDice(s.scenario.Seed, "burst", uint64(i<<16|j))) })
		}
	}
	s.clock.AfterFunc(sampling, s.sample)
}

// arrive is one request of a client, after which the next one comes.
func (s *stage) arrive(kind int, d dice) {
	c := &s.scenario.clients[kind]
	if s.now() >= c.end(s.scenario.Duration) {
		s.arriving--
		return
	}
	s.order(kind)
	s.clock.AfterFunc(d.gap(c.every), func() { s.arrive(kind, d) })
}

func (s *stage) burst(kind int, b burst, d dice) {
	if s.now() >= s.scenario.Duration {
		s.arriving--
		return
	}
	for range b.requests {
		later := time.Duration(0)
		if b.over > 0 {
			later = time.Duration(d.any() % uint64(b.over))
		}
		s.arriving++
		s.clock.AfterFunc(later, func() { s.arriving--; s.order(kind) })
	}
	if b.every > 0 {
		s.clock.AfterFunc(b.every, func() { s.burst(kind, b, d) })
		return
	}
	s.arriving--
}

// order begins a request.
func (s *stage) order(kind int) {
	c := &s.scenario.clients[kind]
	s.numbers++
	o := &order{number: s.numbers, client: c, kind: kind, arrived: s.now(), stage: s}
	o.dice = newDice(s.scenario.Seed, "order", o.number)
	o.prompt = s.prompts[kind].of(c, o.dice.any())
	o.answer = int(max(1, o.dice.of(c.answer)))
	s.orders[o.number] = o
	s.book.arrived(o)
	s.clock.Go(func() { s.serve(o) })
}

// serve is the life of a request.
func (s *stage) serve(o *order) {
	if c := o.client; c.patience > 0 {
		stop := s.clock.AfterFunc(c.patience, func() {
			if !o.begun {
				o.gone.Fire()
			}
		})
		defer stop()
	}
	var out outcome
	for try := 0; ; try++ {
		out = s.asker.ask(o, try)
		s.book.tried(o)
		if out.end == served {
			break
		}
		wait, again := s.contender.again(o, &out, try+1)
		if !again {
			break
		}
		if s.clock.Wait(wait, &o.gone) == 0 {
			out.end = gaveUp
			break
		}
	}
	o.started()
	delete(s.orders, o.number)
	s.book.ended(o, &out)
}

// sample looks at the line, and again until everything is over.
func (s *stage) sample() {
	s.book.line(s.now(), s.asker.queued())
	if s.arriving > 0 || len(s.orders) > 0 {
		s.clock.AfterFunc(sampling, s.sample)
	}
}

// numberHeader tells a simulated target which order a request belongs to.
const numberHeader = "X-Simulated-Order"

// headers are those of the order's requests.
func (o *order) headers(yield func(key, value []byte) bool) {
	yield([]byte(numberHeader), strconv.AppendUint(nil, o.number, 10))
}

// orderOf is the order that a request belongs to.
func (s *stage) orderOf(out *loop.Outgoing) *order {
	for key, value := range out.Header {
		if strings.EqualFold(string(key), numberHeader) {
			number, _ := strconv.ParseUint(string(value), 10, 64)
			if o := s.orders[number]; o != nil {
				return o
			}
		}
	}
	panic("simulate: a request that belongs to no order")
}

// started notes that the first content has arrived, or never will.
func (o *order) started() {
	if !o.begun {
		o.begun = true
		o.stage.book.waiting--
	}
}

// decided is told of each decision. One that ran out of time would come out otherwise on another machine, so it ends the simulation.
func (s *stage) decided(d *engine.Decision) {
	switch d.Outcome {
	case engine.OutcomeDecided:
	case engine.OutcomeTimedOut, engine.OutcomeAbandoned, engine.OutcomeBenched:
		s.cancel(fmt.Errorf("a decision did not end within %s: %w", decideLimit, engine.Faults{d.Fault}))
	default:
		s.book.faulty(d.Fault)
	}
}
