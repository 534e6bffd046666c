// Package engine holds the values in which a policy and the proxy meet.
//
// A policy is a pure function from ([Request], attempts, [Ctx]) to an [Action]. This package owns those
// values and nothing else: no JavaScript engine, no HTTP. Read it in this order:
//
//	request.go   what the client asked for
//	attempt.go   one try, or one thing that prevented it
//	ctx.go       time left, targets, health, counters
//	action.go    what the policy wants done
//	decision.go  one call of a policy, and its record
//	fault.go     what is wrong with a policy or a configuration, and where
//
// The packages below it make the values move: [spillway/engine/script] compiles sources to programs,
// [spillway/engine/runtime] runs programs in pooled runtimes, [spillway/engine/policyset] compiles a folder of
// policies as one set, [spillway/engine/table] runs the tables beside policies, [spillway/engine/replay]
// keeps decisions and makes them again, and [spillway/engine/watch] notices that files changed.
package engine
