// Package loop is the heart of the proxy: one request, from its first decision to the answer that commits.
//
// It knows nothing of the listener, and reaches time and targets only through [clock.Clock] and [Sender], so that
// live traffic and a simulation run the same code. Follow a request through the files in this order:
//
//	exchange.go  the request, as the loop is given it
//	loop.go      decide, attempt, decide again, until an answer or a failure
//	decide.go    ask the policy; what to do when it fails
//	attempt.go   wait, resolve the target, pass the gate, render
//	floors.go    what the caller forbids
//	signature.go thinking that its own model alone takes back
//	lighten.go   trims, and what the target has room for; bound.go trims that thinking depends on
//	translate.go across dialects
//	sender.go    how one attempt reaches a target
//	commit.go    hold the answer until its first content, or read why there is none
//	key.go       what a failure says of the key it was sent with
//	compare.go   what the target says it did, against what was asked for
//	relay.go     the committed answer, event by event, to its end
//	fail.go      the answer when there is none
//	world.go     what policies may ask about while requests run
package loop
