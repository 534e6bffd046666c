package probe

import (
	"slices"
	"sync"
	"time"

	"spillway/engine"
	"spillway/proxy/config"
)

// Options say how to ask.
type Options struct {
	// Caller is the credential that a caller of the dialect would bring, for targets without a key of their own; "" = none.
	Caller func(engine.API) string
	// Progress is told of each model that is done. Calls never overlap. It may be nil.
	Progress func(done, total int)
	// Patience bounds each question; 0 = 30 s.
	Patience time.Duration
}

// atOnce bounds the questions under way at one target: a probe must not look like a storm.
const atOnce = 4

// Run asks all targets and gives what it found in the order of the configuration.
func Run(targets []config.Target, o Options) []Result {
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	found := make([][]Result, len(targets))
	progress := &progress{tell: o.Progress}
	var all sync.WaitGroup
	for i := range targets {
		all.Go(func() { found[i] = examine(&targets[i], o, progress) })
	}
	all.Wait()
	return slices.Concat(found...)
}

// examine asks one target, with each of its keys, about itself and then about each of its models.
func examine(t *config.Target, o Options, progress *progress) []Result {
	keys := t.Keys
	if len(keys) == 0 {
		keys = []config.OwnKey{{}}
	}
	found := make([][]Result, len(keys))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, key := range keys {
		all.Go(func() { found[i] = examineWith(t, key, o, slots, progress) })
	}
	all.Wait()
	return slices.Concat(found...)
}

// examineWith asks with one key. Each question takes a slot.
func examineWith(t *config.Target, key config.OwnKey, o Options, slots chan struct{}, progress *progress) []Result {
	p, err := newPatient(t, key, o)
	if err != nil {
		return []Result{{Target: t.Name, Reached: No, Advice: []string{err.Error()}}}
	}
	defer p.close()
	p.introduce()
	models := p.models()
	progress.plan(len(models))
	results := make([]Result, len(models))
	var all sync.WaitGroup
	for i, m := range models {
		slots <- struct{}{}
		all.Go(func() {
			results[i] = p.ask(m)
			progress.did()
			<-slots
		})
	}
	all.Wait()
	return results
}

// progress counts what is done. It is safe for concurrent use.
type progress struct {
	mu          sync.Mutex
	done, total int
	tell        func(done, total int)
}

func (p *progress) plan(n int) { p.count(0, n) }
func (p *progress) did()       { p.count(1, 0) }

func (p *progress) count(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = p.done+done, p.total+total
	if p.tell != nil {
		p.tell(p.done, p.total)
	}
}
