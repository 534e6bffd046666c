package estimate

import (
	"slices"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"spillway/proxy/dialect"
	"spillway/proxy/model"
)

const (
	// remembered is how many prefixes of conversations have their count kept: some 2 MB.
	remembered = 10_000
	// models is how many models have a ratio.
	models = 1_000
	// smoothing is how much of a ratio is the latest answer's.
	smoothing = 0.2
	// farOff bounds a ratio: what is further off was not a count of this prompt.
	farOff = 4.0
	// tells is how many tokens a prompt must have for its ratio to tell of more than itself.
	tells = 200
)

// Estimator learns from answers. The zero value has learned nothing. It is safe for concurrent use; its memory is bounded.
type Estimator struct {
	mu      sync.Mutex
	counts  *simplelru.LRU[prefix, int] // nil until the first
	ratios  map[string]float64          // by model; nil until the first
	answers map[string]float64          // how long answers are, by model; nil until the first
}

// prefix is the beginning of a conversation as one model counts it.
type prefix struct {
	model string
	hash  uint64
}

// Tokens is how many tokens the model takes the call's prompt for, tools and system prompt included.
func (e *Estimator) Tokens(c *dialect.Call, name string) int {
	facts, prefixes := model.Find(name), c.Prefixes()
	if len(prefixes) == 0 {
		return e.Calibrate(name, c.Outline().InputTokens)
	}
	whole := prefixes[len(prefixes)-1].Weight.Tokens(facts)
	counted, rest := e.known(name, prefixes, facts)
	return counted + e.Calibrate(name, whole-rest)
}

// known is what was counted of the longest prefix that was, and what it was estimated at.
func (e *Estimator) known(name string, prefixes []dialect.Prefix, facts model.Facts) (counted, estimated int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range slices.Backward(prefixes) {
		if e.counts == nil {
			break
		}
		if counted, ok := e.counts.Get(prefix{name, p.Hash}); ok {
			return counted, p.Weight.Tokens(facts)
		}
	}
	return 0, 0
}

// Calibrate multiplies an estimate by the model's ratio.
func (e *Estimator) Calibrate(name string, tokens int) int {
	return int(e.ratio(name) * float64(tokens))
}

// Learn takes what a target counted of the prompt of a call, cached tokens included.
func (e *Estimator) Learn(c *dialect.Call, name string, counted int) {
	prefixes := c.Prefixes()
	if len(prefixes) == 0 || counted <= 0 {
		return
	}
	last := prefixes[len(prefixes)-1]
	ratio := float64(counted) / float64(max(1, last.Weight.Tokens(model.Find(name))))

	e.mu.Lock()
	defer e.mu.Unlock()
	e.remember(prefix{name, last.Hash}, counted)
	if counted >= tells && ratio < farOff && ratio > 1/farOff {
		e.adjust(name, ratio)
	}
}

func (e *Estimator) remember(p prefix, counted int) {
	if e.counts == nil {
		counts, err := simplelru.NewLRU[prefix, int](remembered, nil)
		if err != nil {
			panic(err) // the size is a constant above 0
		}
		e.counts = counts
	}
	e.counts.Add(p, counted)
}

func (e *Estimator) adjust(name string, ratio float64) {
	old, known := e.ratios[name]
	switch {
	case known:
		ratio = old + float64(smoothing*(ratio-old)) // rounded, for the same simulation on machines that would fuse the two
	case e.ratios == nil || len(e.ratios) >= models: // a name that no target serves does not get here
		e.ratios = make(map[string]float64)
	}
	e.ratios[name] = ratio
}

func (e *Estimator) ratio(name string) float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if ratio, known := e.ratios[name]; known {
		return ratio
	}
	return 1
}
