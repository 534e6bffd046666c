// Package trim makes requests lighter by cutting old parts of a conversation, so that what is left is still a valid request.
//
//	trim.go     the options, the result, and the order of the work
//	survey.go   one pass over the conversation: what could go, and what that would save
//	message.go  what a survey knows of a message
//	replay.go   how far to cut, as the conversation grew
//	cuts.go     how far that is, and what is left
//	knife.go    the cuts, made in the client's bytes
//	thinking.go thinking that is foreign where it goes, cut wherever it stands
//
// below them:
//
//	part.go     what a message consists of, in either dialect
//	stand_in.go what is written in place of something
//	removal.go  elements taken out of a list
//	loop.go     where the current tool loop began, which bound thinking depends on
//
// Package proof has the oracle and the generator that it is tested with: a million cases are
// go test -fuzz FuzzLaws ./proxy/trim, for some minutes.
//
// # What is never touched
//
// The system prompt, the tools, and the current tool loop: everything from the last turn's beginning. A turn begins with a
// message of the user's that carries no tool results, after something of the assistant's. A chat's system and developer
// messages stay wherever they stand; a system message among Anthropic's messages goes with its turn, for it may not be first.
// Turns before a compaction block's end stay, for that block is their summary. Server tools' calls and results stay, or go
// with their turn, and so do results with references to tools.
//
// # Deep and rare
//
// A target's prompt cache holds as long as requests begin alike, so the cuts must not move with each turn. They are found by
// replaying the conversation's growth, request by request, with a state that only ever moves forward: nothing happens until
// there are [Step] more tool results or turns than are to be kept, and then all of those go at once; when the estimate passes
// the goal of `to`, it is brought down to 65 % of it. The same messages give the same cuts, today and as the beginning of a
// longer conversation, on any machine; nothing is remembered. `minTokens` holds back each such step that would save less.
// Old thinking and, with "drop old", old images go when their turn is over, near the end of the conversation: that leaves
// the rest of the cache as it is.
//
// # The order of `to`
//
// Thinking of earlier turns; old tool results, oldest round first; old images, unless `images` says "keep"; and, only while
// the estimate is above the goal itself, old turns. `keepToolResults` and `keepTurns` hold for it too, and so does `except`.
//
// # Cache breakpoints
//
// A cache_control mark stays where its block stays or is replaced; one inside a tool result's content moves to what replaces
// it; those of turns that go, go with them.
package trim
