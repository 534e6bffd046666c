// Package proof makes conversations by the protocols' rules and judges what was made of them. Tests hold package trim, and
// package grammar, against it. It shares no code with either and reads JSON with encoding/json alone, so that a mistake has to
// be made twice to go unseen.
//
//	conversation.go a conversation that grows from request to request
//	writer.go       choices, and JSON written with them
//	anthropic.go    Anthropic's messages; blocks.go what they consist of
//	openai.go       chat completions
//	oracle.go       whether a target would take a request: what both dialects share, and the system prompt and limits
//	messages.go     the rules for Anthropic's messages; chat.go those for chat completions
//	shape.go        what a trim took, found by comparing two requests
//	change.go       which changes of a message a trim may make
package proof
