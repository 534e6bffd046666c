package gate

import "time"

// window is what became of recent sends.
type window struct {
	sends, faults int
}

func (w *window) commit(instant, time.Duration) { w.sends++ }

func (w *window) fail(_ instant, k FailureKind) {
	if k == ClientGone {
		return
	}
	w.sends++
	if k != RequestFault {
		w.faults++
	}
}
