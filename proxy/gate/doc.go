// Package gate admits requests to targets: one gate for each target and resolved model.
//
// A gate is open, paused, probing or releasing. A policy pauses it; when the pause ends exactly one request, the
// probe, goes first; when that one commits the gate opens, and its limit grows from one. A request that may not pass
// at once may stand in line. Read it in this order:
//
//	gates.go      all gates of the process: where a gate is found, born and evicted
//	visit.go      what a request says at a gate, and how it passes
//	waiter.go     a request that did not pass at once: whether it may wait, and how that ends
//	gate.go       one gate: whether another request may pass now
//	pause.go      open, paused, probing: the circuit breaker
//	limit.go      how many may be at the target at once
//	credential.go a target's own keys: which may be used, and which is
//	bench.go      a key that is left alone for a while
//	permit.go     a request that passed, and what its result does to the gate
//	line.go       requests that wait: three lanes, in which age lifts
//	lane.go       one lane: fair between clients, earliest deadline first inside a client
//	ranking.go    the heap under both
//	budget.go     how many second sends a target is asked to bear
//	window.go     the last minute of results
//	state.go      what policies, operators and metrics see
//
// One mutex guards everything; a visit holds it for well under a microsecond. A request blocks in [clock.Clock.Wait]
// alone. Nothing polls: a place that becomes free, a probe's result and the end of a pause wake those who may pass.
// Signals fire under the mutex, so a clock must not call back into the gates from within one. Moments are compared
// only with other readings of the same clock, so a jump of the wall clock changes nothing.
package gate
