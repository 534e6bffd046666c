package translate

// Why an answer stopped: Anthropic's stop_reason as OpenAI's finish_reason, and the reverse.

func finishReason(stop string) string {
	switch stop {
	case "max_tokens", "model_context_window_exceeded":
		return "length"
	case "tool_use":
		return "tool_calls"
	case "refusal":
		return "content_filter"
	default: // end_turn, stop_sequence, pause_turn, and what is yet to come
		return "stop"
	}
}

// stopReason: some servers say "stop" after tool calls, and some say nothing.
func stopReason(finish string, calledTools bool) string {
	switch finish {
	case "length":
		return "max_tokens"
	case "content_filter":
		return "refusal"
	case "tool_calls", "function_call":
		return "tool_use"
	}
	if calledTools {
		return "tool_use"
	}
	return "end_turn"
}
