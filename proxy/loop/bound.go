package loop

import (
	"bytes"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"spillway/engine"
	"spillway/proxy/model"
	"spillway/proxy/trim"
)

// Trims remembers how requests were trimmed that models answered whose thinking is bound to all that stands before it. What
// they thought is good only behind the same: a tool loop goes on as it began, whatever the policy says by then, and once it is
// over its thinking does not come back without its cut. Only hashes of prompts are kept, and memory is bounded. The zero value
// remembers none. It is safe for concurrent use.
type Trims struct {
	mu    sync.Mutex
	plans *simplelru.LRU[uint64, plan] // by the hash of the untrimmed prompt; nil until the first
}

// rememberedTrims is how many are kept: some 2 MB.
const rememberedTrims = 10_000

// plan is a trim, with what parts of prompts were taken to cost.
type plan struct {
	engine.Trim
	weigh func(raw []byte) int
}

func (t *Trims) remember(prompt uint64, p plan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.plans == nil {
		plans, err := simplelru.NewLRU[uint64, plan](rememberedTrims, nil)
		if err != nil {
			panic(err) // the size is a constant above 0
		}
		t.plans = plans
	}
	t.plans.Add(prompt, p)
}

func (t *Trims) find(prompt uint64) (p plan, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.plans == nil {
		return plan{}, false
	}
	return t.plans.Get(prompt)
}

func (t *Trims) forget(prompt uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.plans.Remove(prompt)
}

func (t *Trims) some() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.plans != nil
}

// binds says whether the attempt's model binds thinking to what stands before it, and the request may be trimmed at all.
func (t *try) binds() bool { return model.Find(t.model).Bound && !t.x.Floors.Trim }

// resume takes over how earlier requests of the conversation were trimmed, if thinking depends on it.
func (t *try) resume() {
	if !t.binds() || !t.Trims.some() || !bytes.Contains(t.x.Call.Body, []byte(`thinking"`)) || !t.x.Call.Outline().Movable {
		return
	}
	prompts, begun := t.x.Call.Prefixes(), trim.Loop(t.x.Call)
	if begun < len(prompts) && begun > 0 {
		if p, ok := t.Trims.find(prompts[begun-1].Hash); ok {
			t.send.Trim, t.weigh, t.resumed = &p.Trim, p.weigh, true
			t.x.Record.Note("trim: as when this tool loop began, for its thinking is bound to that")
			return
		}
	}
	for _, prompt := range prompts[:max(0, begun-1)] {
		if _, ok := t.Trims.find(prompt.Hash); ok && t.send.Trim == nil && begun == len(prompts) {
			t.send.Trim = &engine.Trim{DropThinking: true}
			t.x.Record.Note("trim: the thinking of earlier turns goes, for it is bound to how they were trimmed")
			return
		}
	}
}

// bind remembers how an answered request was trimmed that began a tool loop, and that it was not: it may have been asked before.
func (t *try) bind() {
	switch {
	case t.resumed:
	case t.trimmed != nil:
		t.Trims.remember(t.prompt, *t.trimmed)
	case t.Trims.some() && model.Find(t.model).Bound: // whatever the caller forbids this time
		if prompts := t.x.Call.Prefixes(); len(prompts) > 0 {
			t.Trims.forget(prompts[len(prompts)-1].Hash)
		}
	}
}
