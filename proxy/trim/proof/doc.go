// Package proof makes conversations by the protocols' rules and judges what was made of them. Tests hold package trim, and
// package grammar, against it. It shares no code with either and reads JSON with encoding/json alone, so that a mistake has to
// be made twice to go unseen.
//
//	conversation.go a conversation that grows from request to request
//	writer.go       choices, and JSON written with them
//	anthropic.go    Anthropic's messages; blocks.go what they consist of
//	openai.go       chat completions
//	breakage.go     one rule broken
//
//	request.go      a request as the rules see it
//	oracle.go       whether a target would take it; messages.go the rules for Anthropic's messages, chat.go for chat completions
//	shape.go        what a trim took, found by comparing two requests; change.go of a message
//	obey.go         whether it was allowed to; reach.go whether it was enough
//	growth.go       whether there was a reason to cut elsewhere than before
//	estimate.go     what a request costs
package proof
