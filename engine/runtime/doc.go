// Package runtime lets compiled policies decide.
//
// A [Policy] keeps a few runtimes, each owned by one goroutine, and lends one for the microseconds of a call. Nothing
// that a policy does delays its caller for longer than its time limit and a little grace.
//
// Read it in the order in which a decision is made:
//
//	policy.go    Policy: what a caller sees; one call from borrowing a runtime to giving it back
//	memory.go    decisions that were made before; question.go what a policy may look at, and how to ask it again
//	bench.go     a policy that has to be stopped again and again is not called for a while
//	pool.go      the runtimes that wait for a call, last used first
//	worker.go    one goroutine, one runtime: hand a call over, watch the clock, interrupt, abandon
//	birth.go     how a runtime comes to be
//	bound.js     what bounds the built-in functions that cannot be interrupted
//	harden.js    what is changed and frozen in it before a policy loads
//	exports.go   what a policy's file must export
//	instance.go  one call inside the runtime
//	call.go      what is known of the call under way, and the lock that every host call takes
//	view.go      Go values as read-only JavaScript objects, read lazily and recorded
//	request.go   the first argument
//	json.go      its body, parsed as far as it is looked at
//	attempt.go   the second argument
//	ctx.go       the third argument
//	health.go    what ctx.health gives
//	tree.go      what ctx.targets and ctx.vars give
//	action.go    the result, every key checked
//	send.go      the larger keys of a send
//	reader.go    how results are read, and what is said of wrong ones
//	duration.go  "30s"
//	fault.go     what a policy threw, told with file, line and column
//	table.go     the value of a table module
package runtime
