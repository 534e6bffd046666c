package dialect

import "spillway/engine"

// words are how a dialect tells an error: the HTTP status, the error's type, and OpenAI's code.
type words struct {
	status     int
	kind, code string
}

// wordsFor are the words for an error by its reason, or by its status when it has none.
func wordsFor(api engine.API, e ErrorInfo) words {
	reason := e.Reason
	if reason == "" {
		reason = ReasonOf(e.Status)
	}
	if api == engine.OpenAI {
		return openaiWords(reason)
	}
	return anthropicWords(reason)
}

// Status is the HTTP status that stands for a reason in the dialect.
func Status(api engine.API, reason engine.Reason) int {
	return wordsFor(api, ErrorInfo{Reason: reason, Status: 500}).status
}

// GateStatus is the status of an answer that a gate held back: 529, or 503 in the OpenAI dialect.
func GateStatus(api engine.API) int { return Status(api, engine.ReasonPaused) }

func anthropicWords(reason engine.Reason) words {
	switch reason {
	case engine.ReasonRateLimit:
		return words{status: 429, kind: "rate_limit_error"}
	case engine.ReasonSpendLimit, engine.ReasonBilling:
		return words{status: 402, kind: "billing_error"}
	case engine.ReasonTimeout:
		return words{status: 504, kind: "timeout_error"}
	case engine.ReasonConnection:
		return words{status: 502, kind: "api_error"}
	case engine.ReasonServer:
		return words{status: 500, kind: "api_error"}
	case engine.ReasonAuth:
		return words{status: 401, kind: "authentication_error"}
	case engine.ReasonPermission:
		return words{status: 403, kind: "permission_error"}
	case engine.ReasonNotFound:
		return words{status: 404, kind: "not_found_error"}
	case engine.ReasonTooLarge:
		return words{status: 413, kind: "request_too_large"}
	case engine.ReasonInvalid, engine.ReasonContextTooLong, engine.ReasonRefused, engine.ReasonUnfit:
		return words{status: 400, kind: "invalid_request_error"}
	default: // overloaded, and what Spillway holds back itself
		return words{status: 529, kind: "overloaded_error"}
	}
}

func openaiWords(reason engine.Reason) words {
	switch reason {
	case engine.ReasonRateLimit:
		return words{429, "rate_limit_error", "rate_limit_exceeded"}
	case engine.ReasonSpendLimit, engine.ReasonBilling:
		return words{429, "insufficient_quota", "insufficient_quota"}
	case engine.ReasonTimeout:
		return words{504, "server_error", "timeout"}
	case engine.ReasonConnection:
		return words{502, "server_error", "connection_error"}
	case engine.ReasonServer:
		return words{500, "server_error", "server_error"}
	case engine.ReasonAuth:
		return words{401, "invalid_request_error", "invalid_api_key"}
	case engine.ReasonPermission:
		return words{403, "invalid_request_error", "permission_denied"}
	case engine.ReasonNotFound:
		return words{404, "invalid_request_error", "model_not_found"}
	case engine.ReasonTooLarge:
		return words{413, "invalid_request_error", "request_too_large"}
	case engine.ReasonContextTooLong:
		return words{400, "invalid_request_error", "context_length_exceeded"}
	case engine.ReasonRefused:
		return words{400, "invalid_request_error", "content_policy_violation"}
	case engine.ReasonInvalid, engine.ReasonUnfit:
		return words{400, "invalid_request_error", "invalid_request"}
	default: // overloaded, and what Spillway holds back itself
		return words{503, "service_unavailable_error", "server_is_overloaded"}
	}
}

// ReasonOf is the reason that suits a bare status best.
func ReasonOf(status int) engine.Reason {
	switch status {
	case 401:
		return engine.ReasonAuth
	case 402:
		return engine.ReasonBilling
	case 403:
		return engine.ReasonPermission
	case 404, 405:
		return engine.ReasonNotFound
	case 408, 504:
		return engine.ReasonTimeout
	case 413:
		return engine.ReasonTooLarge
	case 429:
		return engine.ReasonRateLimit
	case 503, 529:
		return engine.ReasonOverloaded
	}
	if status >= 400 && status < 500 {
		return engine.ReasonInvalid
	}
	return engine.ReasonServer
}
