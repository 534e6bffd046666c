// Package candidate tries a policy out in the place of another: beside it, as a shadow, or for a share of requests, as a canary.
//
//	trial.go   one candidate: who takes part, and what has come of it
//	verdict.go when a canary decides no more
//	window.go  the latest requests, slot by slot
//	shadow.go  decides beside the live policy, off the path of requests
package candidate

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"sync"
	"time"

	"spillway/engine/replay"
	"spillway/proxy/config"
)

// Identity is what a trial is about. An edit of any of it begins another trial.
type Identity struct {
	// Live is the name of the policy in whose place the candidate is tried.
	Live string
	// Settings are the configuration's.
	Settings config.Candidate
	// Code is a hash of the candidate's code.
	Code [sha256.Size]byte
}

// Trial is a candidate and what has come of it. It survives a reload that changes nothing of its identity. Safe for concurrent
// use.
type Trial struct {
	Identity

	// Since is when it began.
	Since time.Time

	mu         sync.Mutex
	shadow     Comparisons
	live, own  window
	rolledBack *RolledBack
}

// New begins a trial.
func New(id Identity, now time.Time) *Trial {
	return &Trial{Identity: id, Since: now, shadow: Comparisons{Keys: map[string]int{}}}
}

// Takes says whether a request takes part, by what is the same for all requests of its conversation: so a conversation has one
// policy. A canary that was rolled back takes none.
func (t *Trial) Takes(key string) bool {
	if t.Settings.Mode == config.Canary && t.RolledBack() != nil {
		return false
	}
	sum := sha256.Sum256([]byte(t.Live + "\x00" + t.Settings.Policy + "\x00" + key))
	return float64(binary.BigEndian.Uint64(sum[:8])>>11)/(1<<53) < t.Settings.Share
}

// Comparisons are what a shadow has come to.
type Comparisons struct {
	Same      int `json:"same"`
	Different int `json:"different"`
	// Faulted of the different ones had no valid action.
	Faulted int `json:"faulted"`
	// Skipped were not compared: the shadow was behind, or the request over before it looked at its content.
	Skipped int `json:"skipped"`
	// Keys counts the differences by the weightiest member of the action that differs.
	Keys map[string]int `json:"keys"`
	// Examples are the latest differences, the newest first.
	Examples []Difference `json:"examples"`
}

// maxExamples is how many differences are kept.
const maxExamples = 10

// Difference is a decision that the candidate would have made otherwise.
type Difference struct {
	Request   string        `json:"request"`
	Number    int           `json:"n"` // of the decision, from 1
	At        time.Time     `json:"at"`
	Kind      string        `json:"kind"`
	Live      replay.Chosen `json:"live"`
	Candidate replay.Chosen `json:"candidate"`
}

// Compared notes a comparison; change is nil when both chose the same.
func (t *Trial) Compared(change *replay.Change, d Difference) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if change == nil {
		t.shadow.Same++
		return
	}
	t.shadow.Different++
	t.shadow.Keys[change.Keys[0]]++
	if d.Candidate.Action == nil {
		t.shadow.Faulted++
	}
	t.shadow.Examples = slices.Insert(t.shadow.Examples, 0, d)
	t.shadow.Examples = t.shadow.Examples[:min(len(t.shadow.Examples), maxExamples)]
}

// Skipped notes a decision that was not compared.
func (t *Trial) Skipped() {
	t.mu.Lock()
	t.shadow.Skipped++
	t.mu.Unlock()
}

// Comparisons is a copy of what the shadow has come to.
func (t *Trial) Comparisons() Comparisons {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.shadow
	c.Keys, c.Examples = maps.Clone(c.Keys), slices.Clone(c.Examples)
	return c
}
