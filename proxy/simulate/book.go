package simulate

import (
	"time"

	"spillway/engine"
)

// result is what a target makes of one send, as far as its beginning tells.
type result int

// The results.
const (
	sendAnswered result = iota
	sendOverloaded
	sendFailed
	results
)

func resultOf(reason engine.Reason) result {
	if reason == engine.ReasonOverloaded {
		return sendOverloaded
	}
	return sendFailed
}

// book is where everything that happens in a run is written down.
type book struct {
	scenario *Scenario
	step     time.Duration
	kinds    []account // by client
	moments  []moment
	sends    []figuresOfTarget
	waiting  int // without a first content now
	queue    int // the longest line
	longest  int // the most that were waiting
	faults   int
	fault    *engine.Fault // the first
	over     time.Duration
}

// account is what happened to the requests of one client.
type account struct {
	figures Figures
	nanos   int64           // nanodollars
	first   []time.Duration // to the first content of those served
}

// moment is one step of time.
type moment struct {
	ends           [4]int // of the requests that arrived in it, by ending
	elsewhere      int    // of those served
	first          []time.Duration
	waiting, queue int // the most
	sends          [][results]int
}

type figuresOfTarget struct{ results [results]int }

// steps is about how many steps a run is shown in.
const steps = 120

// paces are the steps that people like to read.
var paces = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 20 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute,
}

func newBook(s *Scenario) *book {
	b := &book{scenario: s, step: paces[len(paces)-1], kinds: make([]account, len(s.clients)), sends: make([]figuresOfTarget, len(s.targets))}
	for _, pace := range paces {
		if s.Duration/pace <= steps {
			b.step = pace
			break
		}
	}
	return b
}

// moment is the step that a time belongs to.
func (b *book) moment(at time.Duration) *moment {
	i := int(at / b.step)
	for len(b.moments) <= i {
		b.moments = append(b.moments, moment{sends: make([][results]int, len(b.scenario.targets)), waiting: b.waiting})
	}
	return &b.moments[i]
}

func (b *book) arrived(o *order) {
	b.kinds[o.kind].figures.Requests++
	b.waiting++
	b.longest = max(b.longest, b.waiting)
	m := b.moment(o.arrived)
	m.waiting = max(m.waiting, b.waiting)
}

func (b *book) tried(o *order) { b.kinds[o.kind].figures.Tries++ }

func (b *book) sent(o *order, target int, at time.Duration, r result) {
	f := &b.kinds[o.kind].figures
	f.Sends++
	if r == sendOverloaded {
		f.Overloads++
	}
	b.sends[target].results[r]++
	b.moment(at).sends[target][r]++
}

func (b *book) charged(o *order, input, output int, nanos int64) {
	f := &b.kinds[o.kind].figures
	f.InputTokens += input
	f.OutputTokens += output
	b.kinds[o.kind].nanos += nanos
}

func (b *book) line(now time.Duration, queued int) {
	b.queue = max(b.queue, queued)
	m := b.moment(now)
	m.queue = max(m.queue, queued)
	m.waiting = max(m.waiting, b.waiting)
}

func (b *book) faulty(f *engine.Fault) {
	b.faults++
	if b.fault == nil {
		b.fault = f
	}
}

// ended notes how an order ended.
func (b *book) ended(o *order, out *outcome) {
	a, m := &b.kinds[o.kind], b.moment(o.arrived)
	b.over = max(b.over, o.stage.now())
	m.ends[out.end]++
	switch out.end {
	case served:
		a.figures.Served++
		a.first = append(a.first, out.first-o.arrived)
		m.first = append(m.first, out.first-o.arrived)
		b.where(a, m, o, out)
	case failed:
		a.figures.Failed++
	case broken:
		a.figures.Broken++
	case gaveUp:
		a.figures.GaveUp++
	}
}

// where notes an answer that came from elsewhere than asked for.
func (b *book) where(a *account, m *moment, o *order, out *outcome) {
	home := o.stage.home(o.client.dialect)
	other, smaller := out.target != home.Name, out.model != home.Resolve(o.client.model) && out.model != o.client.model
	if other {
		a.figures.OtherTarget++
	}
	if smaller {
		a.figures.OtherModel++
	}
	if other || smaller {
		a.figures.Elsewhere++
		m.elsewhere++
	}
}
