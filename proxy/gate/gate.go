package gate

import (
	"time"

	"spillway/engine"
)

// gate admits requests to one target and model.
type gate struct {
	key    Key
	target *target
	pause  pause
	window window

	generation int // counts the pauses of this gate and of its whole target
	inFlight   int
	overloads  int // consecutive
	rateLimits engine.RateLimits
	used       instant
}

func newGate(k Key, t *target) *gate { return &gate{key: k, target: t} }

// idle says whether nothing would be lost with the gate.
func (gt *gate) idle() bool { return gt.inFlight == 0 && gt.pause.open() }

// pausedFor is how long the gate's pause and its target's go on, 0 when neither is running.
func (gt *gate) pausedFor(now instant) time.Duration {
	return max(gt.pause.left(now), gt.target.pause.left(now))
}

// probing says whether a probe is out.
func (gt *gate) probing() bool { return gt.pause.probe != nil || gt.target.pause.probe != nil }

// admit lets a request pass; as the probe, if a pause has ended.
func (gt *gate) admit(g *Gates, v Visit, now instant) *Permit {
	p := &Permit{gates: g, gate: gt, request: v.Request, generation: gt.generation, began: now}
	p.probe = gt.pause.take(p)
	p.probe = gt.target.pause.take(p) || p.probe
	gt.inFlight++
	return p
}
