// Package grammar says whether a request is well-formed in its dialect, beyond being JSON.
//
//	check.go      the question, and its answer's form
//	messages.go   Anthropic's Messages, message by message; blocks.go block by block
//	pairing.go    tool calls and their results
//	breakpoint.go what the target's prompt cache is told
//	chat.go       OpenAI's Chat Completions
//	responses.go  OpenAI's Responses, as far as it is certain
//
// below them:
//
//	part.go  a message or a block, opened one level
//	text.go  strings that say nothing
package grammar
