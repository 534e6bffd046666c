// Package dialect knows the two wire formats: Anthropic's Messages, and OpenAI's Chat Completions and Responses.
//
// A request comes in:
//
//	route.go       method and path to dialect and endpoint
//	credential.go  the key it carries
//	call.go        its body, parsed: model, stream, max tokens
//	problem.go     what is wrong with it
//	fields.go      the top level of a body, found in the one pass of package rawjson
//	outline.go     what a policy may ask of the rest: outliner.go, part.go, weight.go and chain.go do it
//
// It goes out to a target:
//
//	render.go      the client's bytes with edits spliced in
//	revision.go    what those edits change, and whether they may
//
// The answer comes back:
//
//	watch.go       a stream's events: preamble, content, end or failure
//	messagestream.go, chatstream.go, responsestream.go  each in its format
//	usage.go       what it cost, and answers that are no stream
//
// Or the proxy answers itself:
//
//	answer.go      errors and keep-alives
//	reason.go      the words for each reason
package dialect
