// Package failure reads what a failed answer means: why it failed, and what is safe to do with the request now.
//
//	answer.go      a failure as it was seen, and its reading
//	transport.go   the failures in which no target says anything
//	read.go        from the one to the other
//	words.go       what a body says, in whatever shape servers put it
//	table.go       the one table from all of that to a reason and a retry
//	wait.go        how long the target asks to wait
//	key.go         what it means for the credential
//	ratelimits.go  what its headers say of its limits
//
// HTTP errors, errors inside a 200 and broken connections all go through the same table.
package failure
