package runtime

import (
	"sync"
	"sync/atomic"

	"spillway/engine"
)

// Bounds of what a memory holds.
const (
	maxAnswers  = 64 // told apart for one question; more, and all that hangs on them is forgotten
	maxForgets  = 4  // after so many times the question is given up: nearly every request has an answer of its own
	maxMemories = 4096
	maxAttempts = 3 // decisions after more are rare, and about what is rarer still
)

// memories are those of one policy, by how many attempts there were: so what differs each time after a failure does not make
// first decisions be forgotten.
type memories [maxAttempts + 1]memory

// memory knows the decisions that a policy has made after so many attempts, by what it looked at. A policy is a pure function:
// asked with the same answers to its questions, it asks them in the same order and decides the same. So a decision is a path
// through a tree of questions, and most requests of most policies take one of a few paths: while a target is down, the second
// decision of nearly every request is that it goes to the next one.
//
// What a policy made of a random number, of the time, or of something unique to the request, is not kept.
//
// Readers take no lock: a node never changes once it can be reached, and those on the way to a new leaf are made anew.
type memory struct {
	root atomic.Pointer[node]

	mu      sync.Mutex // held by the one that learns
	size    int        // leaves
	forgets map[question]int
	off     bool // the policy is no pure function: it asked another question after the same answers
}

// node is a question, and what follows from each answer; or a decision.
type node struct {
	question question
	answers  map[any]*node
	decision *engine.Decision // set at a leaf
	health   []healthRead     // the decision's reads that are of a gate's health, which is recorded as it is now
}

// healthRead is one of a decision's reads.
type healthRead struct {
	at            int
	target, model string
}

// lesson is how a decision came about. The zero value teaches nothing.
type lesson struct {
	whole  bool // all that the policy looked at is in it
	way    []step
	health []healthRead
}

// step is a question that was asked on the way to a decision, and the answer.
type step struct {
	question question
	answer   any
}

// recall is the decision that was made before from the same reads.
func (m *memories) recall(in *engine.Input) (engine.Decision, bool) {
	if len(in.Attempts) >= len(m) {
		return engine.Decision{}, false
	}
	n := m[len(in.Attempts)].root.Load()
	if n == nil {
		return engine.Decision{}, false
	}
	w := witness{in: in}
	for n != nil && n.decision == nil {
		n = n.answers[w.answer(n.question)]
	}
	if n == nil {
		return engine.Decision{}, false
	}
	d := *n.decision
	if len(n.health) > 0 {
		d.Reads = append([]engine.Read(nil), d.Reads...)
		for _, h := range n.health {
			d.Reads[h.at].Value = part[gateHealth]{healthShape, w.healthOf(h.target, h.model)}
		}
	}
	return d, true
}

// learn keeps a decision and the way to it.
func (m *memory) learn(l lesson, d engine.Decision) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.off || m.size >= maxMemories {
		return
	}
	d.Took, d.Recalled = 0, true
	leaf := &node{decision: &d, health: l.health}
	if root, ok := m.grown(m.root.Load(), l.way, leaf); ok {
		m.root.Store(root)
	}
}

// grown is a tree with one more leaf; false when it must not have it.
func (m *memory) grown(n *node, way []step, leaf *node) (*node, bool) {
	switch {
	case len(way) == 0 && n == nil:
		m.size++
		return leaf, true
	case len(way) == 0:
		return nil, false // another call has just learned it
	case m.forgets[way[0].question] > maxForgets:
		return nil, false
	case n != nil && n.question != way[0].question:
		m.forgetAll()
		return nil, false
	}
	first := way[0]
	var before *node
	if n != nil {
		before = n.answers[first.answer]
	}
	next, ok := m.grown(before, way[1:], leaf)
	if !ok {
		return nil, false
	}
	return m.with(n, first, next), true
}

// with is a node like n, or a new one, in which an answer leads on to next.
func (m *memory) with(n *node, first step, next *node) *node {
	made := &node{question: first.question, answers: map[any]*node{first.answer: next}}
	if n == nil {
		return made
	}
	if len(n.answers) >= maxAnswers && n.answers[first.answer] == nil {
		if m.forgets == nil {
			m.forgets = make(map[question]int)
		}
		m.forgets[first.question]++
		return made
	}
	for answer, follows := range n.answers {
		if answer != first.answer {
			made.answers[answer] = follows
		}
	}
	return made
}

// forgetAll ends the memory of a policy that is no pure function.
func (m *memory) forgetAll() {
	m.off = true
	m.root.Store(nil)
}
