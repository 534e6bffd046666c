package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// roomyHeap is how much may be allocated before garbage is collected, however little is in use: a proxy at rest holds a few
// megabytes, and collecting each time that these have doubled costs a request a tenth of its CPU time. Where more is in use, or
// GOGC says otherwise, Go's own rule holds; GOMEMLIMIT does always.
const roomyHeap = 32 << 20

// paceCollections makes collections rare while the heap is small.
func paceCollections() {
	if os.Getenv("GOGC") == "" {
		runtime.SetFinalizer(&pacer{percent: 100}, (*pacer).collected)
	}
}

// collectRarely is for simulations, of which nearly all is garbage at once.
func collectRarely() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// pacer is garbage itself, and so comes to life after each collection.
type pacer struct{ percent int }

func (p *pacer) collected() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	percent := 100 + int(100*roomyHeap/max(1<<20, live[0].Value.Uint64()))
	if percent > p.percent+p.percent/4 || percent < p.percent-p.percent/4 {
		debug.SetGCPercent(percent)
		p.percent = percent
	}
	runtime.SetFinalizer(p, (*pacer).collected)
}
