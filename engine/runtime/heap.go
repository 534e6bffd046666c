package runtime

import (
	stdruntime "runtime"
	"runtime/metrics"
)

// heap watches the memory in use during a call that takes long. Nothing tells whose memory it is, so what others let go of
// does not count: the call is to blame only when the growth survives a garbage collection.
type heap struct {
	appetite uint64 // in bytes
	sample   [1]metrics.Sample
	before   uint64 // bytes when the watch began; 0 = it has not
}

// begin forgets the call before.
func (h *heap) begin() { h.before = 0 }

// outgrown says whether the memory in use has grown by more than the appetite since it was asked first.
func (h *heap) outgrown() bool {
	if h.before == 0 {
		h.before = h.inUse()
	}
	if h.inUse() <= h.before+h.appetite {
		return false
	}
	stdruntime.GC()
	return h.inUse() > h.before+h.appetite
}

func (h *heap) inUse() uint64 {
	h.sample[0].Name = "/memory/classes/heap/objects:bytes"
	metrics.Read(h.sample[:])
	return h.sample[0].Value.Uint64()
}
