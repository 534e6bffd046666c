package translate

// Why an answer stopped: Anthropic's stop_reason as OpenAI's finish_reason, and the reverse.

func finishReason(stop string, calledTools bool) string {
	switch stop {
	case "max_tokens", "model_context_window_exceeded":
		return "length"
	case "tool_use":
		return "tool_calls"
	case "refusal":
		return "content_filter"
	case "":
		if calledTools {
			return "tool_calls"
		}
	}
	return "stop" // end_turn, stop_sequence, pause_turn, and what is yet to come
}

// stopReason: some servers say "stop" after tool calls, and some say nothing. A refusal in words is one too.
func stopReason(finish string, calledTools, refused bool) string {
	switch finish {
	case "length":
		return "max_tokens"
	case "content_filter":
		return "refusal"
	}
	switch {
	case calledTools:
		return "tool_use"
	case refused:
		return "refusal"
	default:
		return "end_turn"
	}
}

// cut says whether a chat completion may have ended in the middle of something, and cutMessage whether a message may have.
func cut(finish string) bool { return finish == "length" || finish == "content_filter" }

func cutMessage(stop string) bool {
	return stop == "max_tokens" || stop == "model_context_window_exceeded" || stop == "refusal"
}
