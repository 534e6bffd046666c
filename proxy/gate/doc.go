// Package gate admits requests to targets: one gate for each target and resolved model.
//
// A gate is open, paused, probing or releasing. A policy pauses it; when the pause ends exactly one request, the
// probe, goes first; when that one commits the gate opens, gradually. Read it in this order:
//
//	gates.go   all gates of the process, and where a gate is found, born and evicted
//	visit.go   what a request says at the gate, and how it is admitted or refused
//	gate.go    one gate: may another request pass now, and who
//	pause.go   open, paused, probing: the circuit breaker
//	permit.go  an admitted request, and what its result does to the gate
//	window.go  the last minute of results
//	state.go   what policies, operators and metrics see
//
// One mutex guards everything: a visit holds it for well under a microsecond. Time is only ever compared with other
// readings of the same clock, so a jump of the wall clock changes nothing.
package gate
