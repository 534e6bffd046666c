// Package estimate says how many tokens a prompt has, without asking anyone.
//
// It begins with bytes, by the model's family (packages dialect and model). What targets then report of real prompts corrects
// that twice: a model's estimates are multiplied by the ratio of what was counted to what was estimated lately; and a
// conversation that goes on is estimated only from where its last answer counted exactly. No text is kept, only hashes.
package estimate

import (
	"hash/maphash"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

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

// Estimator learns from answers. It is safe for concurrent use; its memory is bounded.
type Estimator struct {
	seed   maphash.Seed
	counts *lru.Cache[uint64, int] // tokens by model and prefix

	mu     sync.Mutex
	ratios map[string]float64
}

// New has learned nothing.
func New() *Estimator {
	counts, err := lru.New[uint64, int](remembered)
	if err != nil {
		panic(err) // the size is a constant above 0
	}
	return &Estimator{seed: maphash.MakeSeed(), counts: counts, ratios: make(map[string]float64)}
}

// Tokens is how many tokens the model takes the call's prompt for, tools and system prompt included.
func (e *Estimator) Tokens(c *dialect.Call, name string) int {
	facts, ratio := model.Find(name), e.ratio(name)
	prefixes := c.Prefixes()
	if len(prefixes) == 0 {
		return int(ratio * float64(c.Outline().InputTokens))
	}
	whole := prefixes[len(prefixes)-1].Weight.Tokens(facts)
	for i := len(prefixes) - 1; i >= 0; i-- {
		if counted, ok := e.counts.Get(e.key(name, prefixes[i])); ok {
			return counted + int(ratio*float64(whole-prefixes[i].Weight.Tokens(facts)))
		}
	}
	return int(ratio * float64(whole))
}

// Part is how many tokens the model takes a part of a prompt for, in the calibration of [Estimator.Tokens].
func (e *Estimator) Part(w dialect.Weight, name string) int {
	return int(e.ratio(name) * float64(w.Tokens(model.Find(name))))
}

// Learn takes what a target counted of the prompt of a call, cached tokens included.
func (e *Estimator) Learn(c *dialect.Call, name string, counted int) {
	prefixes := c.Prefixes()
	if len(prefixes) == 0 || counted <= 0 {
		return
	}
	last := prefixes[len(prefixes)-1]
	e.counts.Add(e.key(name, last), counted)
	if counted < tells {
		return
	}
	ratio := float64(counted) / float64(max(1, last.Weight.Tokens(model.Find(name))))
	if ratio > farOff || ratio < 1/farOff {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if old, known := e.ratios[name]; known {
		ratio = old + smoothing*(ratio-old)
	} else if len(e.ratios) >= models {
		clear(e.ratios) // names that clients invent, and no target serves, do not get here
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

func (e *Estimator) key(name string, p dialect.Prefix) uint64 {
	return p.Hash ^ maphash.String(e.seed, name)
}
