// Package replay is the format of the decision log, and decides again what such a log holds.
//
// A log has one JSON object a line: environments, each before the first decision of its snapshot, and decisions. It holds no
// text of prompts or answers, no header and no credential: see mask.go. What a policy read beyond that is a hash, and the
// decision cannot be replayed. Everything else that a policy can look at is there exactly, so that the same policy decides
// the same again.
//
//	line.go    what stands in a line
//	write.go   from a decision to its line
//	mask.go    what must not be kept
//	read.go    lines from a file
//	policy.go  a line decided again
//	world.go   the recorded world in place of the live one; health.go is a gate in it
//	change.go  how one choice differs from another
package replay
