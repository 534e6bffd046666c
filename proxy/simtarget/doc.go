// Package simtarget is a target made for trying things on: a server on loopback that speaks the real wire formats of
// both dialects and fails, on demand, in the ways real targets do. The demo, the tests and the benchmarks send to it.
//
//	server.go      listening
//	conn.go        taking requests off a connection and performing their answers
//	seen.go        one request as it arrived
//	ledger.go      the requests so far
//	manners.go     what a real target would not accept
//	behaviour.go   deciding what a request gets
//	content.go     answers that say something, by path (paths.go), rendered in
//	               anthropic.go, chat.go, responses.go and listing.go
//	fault.go       answers that say what is wrong; failures.go has the usual ones
//	twist.go       answers that are late, slow, cut or torn
//	wave.go        a target going through an overload
//	answer.go      what is done on the wire, as data
//	vigil.go       noticing that the other side has hung up
package simtarget
