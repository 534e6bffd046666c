package demo

import (
	"slices"
	"sync"
	"time"
)

// keptLatencies bounds the sample of times to first content.
const keptLatencies = 10_000

// tally adds up what the clients of one side saw.
type tally struct {
	mu        sync.Mutex
	waiting   int
	abandoned int
	by        [outcomes]int
	latencies []time.Duration
	telling   int // of the story, that the chart shows
	chart     [columns]share
}

// share is how many of all were ok.
type share struct{ ok, all int }

func newTally() *tally { return &tally{} }

func (t *tally) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting++
}

// abandon is for a request that the demo's end cut off.
func (t *tally) abandon() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting--
	t.abandoned++
}

// end counts a request that began at that moment.
func (t *tally) end(began moment, r result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting--
	t.by[r.outcome]++
	t.draw(began, r.outcome == ok)
	if r.outcome != ok {
		return
	}
	if len(t.latencies) == keptLatencies {
		t.latencies = t.latencies[1:]
	}
	t.latencies = append(t.latencies, r.firstContent)
}

// draw adds to the chart, which each telling begins anew.
func (t *tally) draw(began moment, good bool) {
	if began.telling > t.telling {
		t.telling, t.chart = began.telling, [columns]share{}
	}
	if began.telling < t.telling {
		return
	}
	cell := &t.chart[began.column]
	cell.all++
	if good {
		cell.ok++
	}
}

// totals is a tally at one moment.
type totals struct {
	by                 [outcomes]int
	waiting, abandoned int
	p50, p95           time.Duration // to first content
	chart              [columns]share
}

func (t *tally) totals() totals {
	t.mu.Lock()
	defer t.mu.Unlock()
	sorted := slices.Sorted(slices.Values(t.latencies))
	return totals{
		by: t.by, waiting: t.waiting, abandoned: t.abandoned,
		p50: quantile(sorted, .5), p95: quantile(sorted, .95), chart: t.chart,
	}
}

// quantile of sorted durations, 0 when there are none.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1))]
}

// all is how many requests have ended.
func (t totals) all() int {
	n := 0
	for _, c := range t.by {
		n += c
	}
	return n
}

// okShare is the part of ended requests that were ok; 1 when none has ended.
func (t totals) okShare() float64 {
	if t.all() == 0 {
		return 1
	}
	return float64(t.by[ok]) / float64(t.all())
}
