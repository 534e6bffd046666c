// Package translate carries one request across dialects: Anthropic's Messages to OpenAI's Chat Completions or back, and the
// answer home. Every rule follows from one question: does the meaning survive? What cannot cross is named if it can be done
// without, and refused if it cannot; nothing is lost silently. Where the dialects match, this package has no part.
//
//	translation.go   one request's way across: what it became, what stayed behind, how its answer comes home
//	tochat.go        a Messages request as a chat completion: chatmessage.go, chatpart.go its conversation
//	tomessages.go    a chat completion as a Messages request: turn.go, block.go its conversation
//	effort.go        how much is thought, as each asks for it
//	schema.go        schemas, as each holds its models to them
//	answer.go        whole answers: wholemessage.go, wholechat.go
//	stream.go        streams: chatevents.go, chatcall.go a Messages stream as chunks; messageevents.go, blocks.go the reverse
//	said.go, balance.go, stop.go, usage.go, toolid.go  what whole answers and streams share
//	signature.go     thinking that its target did not sign
//	value.go         values of a request, read as they stand
//	write.go         JSON, appended
package translate
