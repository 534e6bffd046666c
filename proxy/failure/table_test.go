package failure

import (
	"spillway/engine"
)

// seen is a failure on the wire, and what must be read from it.
type seen struct {
	name    string
	status  int
	headers map[string]string
	body    string
	stream  bool // the body came as an event's data
	reason  engine.Reason
	retry   engine.Retry
	code    string
}

// anthropic is a body of Anthropic's API.
func anthropic(kind, message string) string {
	return `{"type":"error","error":{"type":"` + kind + `","message":"` + message + `"},"request_id":"req_011"}`
}

// coded is the same with a code in its details.
func coded(kind, code string) string {
	return `{"type":"error","error":{"type":"` + kind + `","message":"m","details":{"error_code":"` + code + `"}},"request_id":"req_011"}`
}

// openai is a body of OpenAI's API; code is JSON.
func openai(kind, code, message string) string {
	return `{"error":{"message":"` + message + `","type":"` + kind + `","param":null,"code":` + code + `}}`
}

var (
	fromAnthropic = map[string]string{"request-id": "req_011", "anthropic-organization-id": "org"}
	afterThirty   = map[string]string{"request-id": "req_011", "anthropic-organization-id": "org", "retry-after": "30"}
)

const (
	same, elsewhere, never = engine.RetrySame, engine.RetryElsewhere, engine.RetryNever
	page                   = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
)

var anthropicErrors = []seen{
	{name: "malformed", status: 400, body: anthropic("invalid_request_error", "messages: at least one message is required"), reason: "invalid", retry: never, code: "invalid_request_error"},
	{name: "spend limit set by the user", status: 400, body: anthropic("invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."), reason: "spend_limit", retry: elsewhere, code: "invalid_request_error"},
	{name: "no credit", status: 400, body: anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), reason: "billing", retry: elsewhere, code: "invalid_request_error"},
	{name: "prefill", status: 400, body: anthropic("invalid_request_error", "This model does not support assistant message prefill. The conversation must end with a user message."), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "thinking.type.enabled", status: 400, body: anthropic("invalid_request_error", `\"thinking.type.enabled\" is not supported for this model`), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "adaptive thinking", status: 400, body: anthropic("invalid_request_error", "adaptive thinking is not supported on this model"), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "role system", status: 400, body: anthropic("invalid_request_error", "role 'system' is not supported on this model"), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "forced tool choice", status: 400, body: anthropic("invalid_request_error", "tool_choice: forced tool use is not supported"), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "beta flag", status: 400, body: anthropic("invalid_request_error", "invalid beta flag"), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "extra inputs", status: 400, body: anthropic("invalid_request_error", "temperature: Extra inputs are not permitted"), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "foreign thinking signature", status: 400, body: anthropic("invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block"), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "too many output tokens", status: 400, body: anthropic("invalid_request_error", "max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5"), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "prompt too long", status: 400, body: anthropic("invalid_request_error", "prompt is too long: 220000 tokens > 200000 maximum"), reason: "context_too_long", retry: elsewhere, code: "invalid_request_error"},
	{name: "window exceeded with the answer", status: 400, body: anthropic("invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"), reason: "context_too_long", retry: elsewhere, code: "invalid_request_error"},
	{name: "output blocked", status: 400, body: anthropic("invalid_request_error", "Output blocked by content filtering policy"), reason: "refused", retry: elsewhere, code: "invalid_request_error"},
	{name: "cmek key disabled", status: 400, body: coded("invalid_request_error", "cmek_key_disabled"), reason: "permission", retry: elsewhere, code: "cmek_key_disabled"},
	{name: "organization on hold", status: 400, body: coded("invalid_request_error", "organization_on_hold"), reason: "billing", retry: elsewhere, code: "organization_on_hold"},
	{name: "thread already continued", status: 400, body: coded("invalid_request_error", "thread_already_continued"), reason: "invalid", retry: never, code: "thread_already_continued"},
	{name: "image too large", status: 400, body: coded("invalid_request_error", "image_dimensions_too_large"), reason: "invalid", retry: never, code: "image_dimensions_too_large"},
	{name: "bad key", status: 401, body: anthropic("authentication_error", "invalid x-api-key"), reason: "auth", retry: elsewhere, code: "authentication_error"},
	{name: "browsers forbidden", status: 401, body: anthropic("authentication_error", "CORS requests are not allowed for this Organization"), reason: "auth", retry: elsewhere, code: "authentication_error"},
	{name: "billing", status: 402, body: anthropic("billing_error", "m"), reason: "billing", retry: elsewhere, code: "billing_error"},
	{name: "linked billing", status: 402, body: coded("billing_error", "linked_organization_billing_unavailable"), reason: "billing", retry: elsewhere, code: "linked_organization_billing_unavailable"},
	{name: "linked spend limit", status: 402, body: coded("billing_error", "linked_organization_spend_limit_reached"), reason: "spend_limit", retry: elsewhere, code: "linked_organization_spend_limit_reached"},
	{name: "permission", status: 403, body: anthropic("permission_error", "m"), reason: "permission", retry: elsewhere, code: "permission_error"},
	{name: "sandbox egress", status: 403, body: coded("permission_error", "sandbox_egress_restricted"), reason: "permission", retry: elsewhere, code: "sandbox_egress_restricted"},
	{name: "no such model", status: 404, body: anthropic("not_found_error", "model: claude-opus-9"), reason: "not_found", retry: elsewhere, code: "not_found_error"},
	{name: "no such thread", status: 404, body: coded("not_found_error", "thread_not_found"), reason: "not_found", retry: never, code: "thread_not_found"},
	{name: "conflict", status: 409, body: anthropic("conflict_error", "m"), reason: "invalid", retry: same, code: "conflict_error"},
	{name: "body too large", status: 413, body: anthropic("request_too_large", "Request exceeds the maximum size"), reason: "too_large", retry: elsewhere, code: "request_too_large"},
	{name: "body too large, told by a middle box", status: 413, body: page, reason: "too_large", retry: elsewhere},
	{name: "too large after decoding", status: 400, body: coded("invalid_request_error", "request_body_too_large_after_decoding"), reason: "too_large", retry: elsewhere, code: "request_body_too_large_after_decoding"},
	{name: "rate limit", status: 429, headers: afterThirty, body: anthropic("rate_limit_error", "This request would exceed your organization's rate limit"), reason: "rate_limit", retry: same, code: "rate_limit_error"},
	{name: "rate limit that a header shows", status: 429, headers: map[string]string{"request-id": "req_1", "anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2026-11-23T10:00:30Z"}, body: anthropic("rate_limit_error", "m"), reason: "rate_limit", retry: same, code: "rate_limit_error"},
	{name: "rate limit without an end", status: 429, headers: fromAnthropic, body: anthropic("rate_limit_error", "m"), reason: "rate_limit", retry: elsewhere, code: "rate_limit_error"},
	{name: "monthly cap in words only", status: 429, headers: fromAnthropic, body: anthropic("rate_limit_error", "Your organization has reached its monthly spend limit"), reason: "spend_limit", retry: elsewhere, code: "rate_limit_error"},
	{name: "bare 429 of a compatible server", status: 429, body: anthropic("rate_limit_error", "m"), reason: "rate_limit", retry: same, code: "rate_limit_error"},
	{name: "enforced spend limit", status: 429, headers: fromAnthropic, body: coded("rate_limit_error", "enforced_spend_limit_reached"), reason: "spend_limit", retry: elsewhere, code: "enforced_spend_limit_reached"},
	{name: "contract spend limit", status: 429, headers: fromAnthropic, body: coded("rate_limit_error", "contract_spend_limit_reached"), reason: "spend_limit", retry: elsewhere, code: "contract_spend_limit_reached"},
	{name: "ramp limit", status: 429, headers: afterThirty, body: coded("rate_limit_error", "ramp_limit_exceeded"), reason: "rate_limit", retry: same, code: "ramp_limit_exceeded"},
	{name: "internal", status: 500, body: anthropic("api_error", "Internal server error"), reason: "server", retry: same, code: "api_error"},
	{name: "cmek context", status: 503, body: coded("api_error", "cmek_context_unavailable"), reason: "server", retry: same, code: "cmek_context_unavailable"},
	{name: "cmek key unreachable", status: 503, body: coded("api_error", "cmek_key_unreachable"), reason: "server", retry: same, code: "cmek_key_unreachable"},
	{name: "timed out", status: 504, body: anthropic("timeout_error", "m"), reason: "timeout", retry: same, code: "timeout_error"},
	{name: "overloaded", status: 529, body: anthropic("overloaded_error", "Overloaded"), reason: "overloaded", retry: same, code: "overloaded_error"},
	{name: "overloaded without a body", status: 529, reason: "overloaded", retry: same},
	{name: "overloaded under another status", status: 500, body: anthropic("overloaded_error", "Overloaded"), reason: "overloaded", retry: same, code: "overloaded_error"},
	{name: "compaction unavailable", status: 529, body: coded("overloaded_error", "compaction_unavailable"), reason: "overloaded", retry: same, code: "compaction_unavailable"},
	{name: "tried enough, says the target", status: 529, headers: map[string]string{"x-should-retry": "false"}, body: anthropic("overloaded_error", "Overloaded"), reason: "overloaded", retry: elsewhere, code: "overloaded_error"},
	{name: "limit that passes, says the target", status: 429, headers: map[string]string{"request-id": "req_1", "x-should-retry": "true"}, body: anthropic("rate_limit_error", "m"), reason: "rate_limit", retry: same, code: "rate_limit_error"},
	{name: "a hint does not heal a bad request", status: 400, headers: map[string]string{"x-should-retry": "true"}, body: anthropic("invalid_request_error", "m"), reason: "invalid", retry: never, code: "invalid_request_error"},
}

var openaiErrors = []seen{
	{name: "bad key", status: 401, body: openai("invalid_request_error", `"invalid_api_key"`, "Incorrect API key provided"), reason: "auth", retry: elsewhere, code: "invalid_api_key"},
	{name: "region", status: 403, body: openai("request_forbidden", `"unsupported_country_region_territory"`, "Country, region, or territory not supported"), reason: "permission", retry: elsewhere, code: "unsupported_country_region_territory"},
	{name: "no such model", status: 404, body: openai("invalid_request_error", `"model_not_found"`, "The model does not exist"), reason: "not_found", retry: elsewhere, code: "model_not_found"},
	{name: "no such model, as 400", status: 400, body: openai("invalid_request_error", `"model_not_found"`, "m"), reason: "not_found", retry: elsewhere, code: "model_not_found"},
	{name: "context length", status: 400, body: openai("invalid_request_error", `"context_length_exceeded"`, "This model's maximum context length is 8192 tokens."), reason: "context_too_long", retry: elsewhere, code: "context_length_exceeded"},
	{name: "unsupported parameter", status: 400, body: openai("invalid_request_error", `"unsupported_parameter"`, "Use max_completion_tokens"), reason: "invalid", retry: elsewhere, code: "unsupported_parameter"},
	{name: "temperature of a reasoning model", status: 400, body: openai("invalid_request_error", "null", "Unsupported parameter: 'temperature' is not supported with this model."), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "empty array", status: 400, body: openai("invalid_request_error", `"empty_array"`, "[] is too short - 'messages'"), reason: "invalid", retry: never, code: "empty_array"},
	{name: "content policy", status: 400, body: openai("invalid_request_error", `"content_policy_violation"`, "m"), reason: "refused", retry: elsewhere, code: "content_policy_violation"},
	{name: "timeout", status: 408, reason: "timeout", retry: same},
	{name: "conflict", status: 409, reason: "invalid", retry: same},
	{name: "unprocessable", status: 422, body: openai("invalid_request_error", "null", "m"), reason: "invalid", retry: never, code: "invalid_request_error"},
	{name: "rate limit", status: 429, body: openai("requests", `"rate_limit_exceeded"`, "Rate limit reached for gpt-5.6"), reason: "rate_limit", retry: same, code: "rate_limit_exceeded"},
	{name: "larger than the limit itself", status: 429, body: openai("tokens", `"rate_limit_exceeded"`, "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 50000"), reason: "rate_limit", retry: elsewhere, code: "rate_limit_exceeded"},
	{name: "slow down", status: 429, body: openai("rate_limit_error", `"slow_down"`, "m"), reason: "rate_limit", retry: same, code: "slow_down"},
	{name: "slow down, formerly", status: 503, body: openai("service_unavailable_error", `"slow_down"`, "m"), reason: "overloaded", retry: same, code: "slow_down"},
	{name: "quota", status: 429, body: openai("insufficient_quota", `"insufficient_quota"`, "You exceeded your current quota"), reason: "spend_limit", retry: elsewhere, code: "insufficient_quota"},
	{name: "credit", status: 429, body: openai("insufficient_quota", `"credit_balance_exhausted"`, "m"), reason: "spend_limit", retry: elsewhere, code: "credit_balance_exhausted"},
	{name: "organization's spend", status: 429, body: openai("insufficient_quota", `"organization_spend_limit_exceeded"`, "m"), reason: "spend_limit", retry: elsewhere, code: "organization_spend_limit_exceeded"},
	{name: "project's spend", status: 429, body: openai("insufficient_quota", `"project_spend_limit_exceeded"`, "m"), reason: "spend_limit", retry: elsewhere, code: "project_spend_limit_exceeded"},
	{name: "organization's usage", status: 429, body: openai("insufficient_quota", `"organization_usage_limit_exceeded"`, "m"), reason: "spend_limit", retry: elsewhere, code: "organization_usage_limit_exceeded"},
	{name: "a new code of the family", status: 429, body: openai("insufficient_quota", `"some_limit"`, "m"), reason: "spend_limit", retry: elsewhere, code: "some_limit"},
	{name: "internal", status: 500, body: openai("server_error", "null", "m"), reason: "server", retry: same, code: "server_error"},
	{name: "overloaded", status: 503, body: openai("service_unavailable_error", `"server_is_overloaded"`, "m"), reason: "overloaded", retry: same, code: "server_is_overloaded"},
	{name: "overloaded in words", status: 500, body: openai("server_error", "null", "That model is currently overloaded with other requests"), reason: "overloaded", retry: same, code: "server_error"},

	{name: "DeepSeek: no balance", status: 402, body: openai("unknown_error", `"invalid_request_error"`, "Insufficient Balance"), reason: "billing", retry: elsewhere, code: "invalid_request_error"},
	{name: "DeepSeek: reasoning left out", status: 400, body: openai("invalid_request_error", `"invalid_request_error"`, "The `reasoning_content` in the thinking mode must be passed back to the API."), reason: "invalid", retry: elsewhere, code: "invalid_request_error"},
	{name: "DeepSeek: no capacity, inside a stream", status: 200, stream: true, body: `{"id":"x","choices":[{"index":0,"delta":{"content":""},"finish_reason":"insufficient_system_resource"}]}`, reason: "overloaded", retry: same, code: "insufficient_system_resource"},
	{name: "vLLM: code is a status", status: 500, body: openai("InternalServerError", "500", "m"), reason: "server", retry: same, code: "500"},
	{name: "vLLM: inside a stream", status: 200, stream: true, body: openai("BadRequestError", "400", "This model's maximum context length is 8192 tokens"), reason: "context_too_long", retry: elsewhere, code: "400"},
	{name: "vLLM: a type alone, inside a stream", status: 200, stream: true, body: openai("BadRequestError", "null", "m"), reason: "invalid", retry: never, code: "BadRequestError"},
	{name: "vLLM: internal, inside a stream", status: 200, stream: true, body: openai("InternalServerError", "500", "m"), reason: "server", retry: same, code: "500"},
	{name: "vLLM of old", status: 400, body: `{"object":"error","message":"This model's maximum context length is 2048 tokens","type":"BadRequestError","param":null,"code":400}`, reason: "context_too_long", retry: elsewhere, code: "400"},
	{name: "Ollama: code is null", status: 404, body: openai("not_found_error", "null", "model 'x' not found"), reason: "not_found", retry: elsewhere, code: "not_found_error"},
	{name: "Ollama's own shape", status: 400, body: `{"error":"invalid message content type"}`, reason: "invalid", retry: never},
	{name: "llama.cpp: context", status: 400, body: `{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}}`, reason: "context_too_long", retry: elsewhere, code: "400"},
	{name: "OpenRouter: hides what went wrong", status: 400, body: `{"error":{"message":"Provider returned error","code":400}}`, reason: "server", retry: elsewhere, code: "400"},
	{name: "OpenRouter: hands on an overload", status: 400, body: `{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"}}}`, reason: "overloaded", retry: same, code: "overloaded_error"},
	{name: "OpenRouter: hands on a long prompt", status: 400, body: `{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"prompt is too long: 3 tokens > 2\",\"type\":\"invalid_request_error\"}}"}}}`, reason: "context_too_long", retry: elsewhere, code: "invalid_request_error"},
	{name: "OpenRouter: inside a stream", status: 200, stream: true, body: `{"id":"gen","error":{"code":502,"message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}`, reason: "server", retry: same, code: "502"},
	{name: "FastAPI", status: 404, body: `{"detail":"Not Found"}`, reason: "not_found", retry: elsewhere},
	{name: "Responses: quota inside a stream", status: 200, stream: true, body: `{"type":"error","sequence_number":2,"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"m","param":null}}`, reason: "spend_limit", retry: elsewhere, code: "insufficient_quota"},
	{name: "Responses: documented error event", status: 200, stream: true, body: `{"type":"error","code":"server_error","message":"m","param":null,"sequence_number":1}`, reason: "server", retry: same, code: "server_error"},
	{name: "Responses: failed", status: 200, stream: true, body: `{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"rate_limit_exceeded","message":"m"}}}`, reason: "rate_limit", retry: same, code: "rate_limit_exceeded"},
	{name: "Responses: failed and whole", status: 200, body: `{"id":"r","status":"failed","error":{"code":"server_error","message":"m"}}`, reason: "server", retry: same, code: "server_error"},
}

var anyDialect = []seen{
	{name: "in a stream: overloaded", status: 200, stream: true, body: anthropic("overloaded_error", "Overloaded"), reason: "overloaded", retry: same, code: "overloaded_error"},
	{name: "in a stream: internal", status: 200, stream: true, body: anthropic("api_error", "m"), reason: "server", retry: same, code: "api_error"},
	{name: "in a stream: rate limit", status: 200, headers: fromAnthropic, stream: true, body: anthropic("rate_limit_error", "m"), reason: "rate_limit", retry: same, code: "rate_limit_error"},
	{name: "in a stream: bad request", status: 200, stream: true, body: anthropic("invalid_request_error", "m"), reason: "invalid", retry: never, code: "invalid_request_error"},
	{name: "in a stream: prompt too long", status: 200, stream: true, body: anthropic("invalid_request_error", "prompt is too long: 3 tokens > 2 maximum"), reason: "context_too_long", retry: elsewhere, code: "invalid_request_error"},
	{name: "in a stream: bad key", status: 200, stream: true, body: anthropic("authentication_error", "m"), reason: "auth", retry: elsewhere, code: "authentication_error"},
	{name: "in a stream: billing", status: 200, stream: true, body: anthropic("billing_error", "m"), reason: "billing", retry: elsewhere, code: "billing_error"},
	{name: "in a stream: permission", status: 200, stream: true, body: anthropic("permission_error", "m"), reason: "permission", retry: elsewhere, code: "permission_error"},
	{name: "in a stream: not found", status: 200, stream: true, body: anthropic("not_found_error", "m"), reason: "not_found", retry: elsewhere, code: "not_found_error"},
	{name: "in a stream: timeout", status: 200, stream: true, body: anthropic("timeout_error", "m"), reason: "timeout", retry: same, code: "timeout_error"},
	{name: "in a stream: no type", status: 200, stream: true, body: `{"error":{"message":"boom"}}`, reason: "server", retry: same},
	{name: "in a stream: no data", status: 200, stream: true, reason: "server", retry: same},
	{name: "error JSON with status 200", status: 200, body: anthropic("overloaded_error", "Overloaded"), reason: "overloaded", retry: same, code: "overloaded_error"},
	{name: "page with status 200", status: 200, body: page, reason: "server", retry: elsewhere},
	{name: "nothing with status 200", status: 200, reason: "server", retry: elsewhere},
	{name: "half an answer with status 200", status: 200, body: `{"id":"msg_1","type":"message","content":[`, reason: "server", retry: elsewhere},
	{name: "page with status 400", status: 400, body: page, reason: "server", retry: elsewhere},
	{name: "page with status 403", status: 403, body: page, reason: "permission", retry: elsewhere},
	{name: "page with status 429", status: 429, body: page, reason: "rate_limit", retry: same},
	{name: "page with status 502", status: 502, body: page, reason: "server", retry: same},
	{name: "page with status 503", status: 503, body: page, reason: "overloaded", retry: same},
	{name: "page with status 524", status: 524, body: page, reason: "timeout", retry: same},
	{name: "plain text", status: 500, body: "upstream connect error", reason: "server", retry: same},
	{name: "event under an error status", status: 529, body: "event: error\ndata: " + anthropic("overloaded_error", "Overloaded") + "\n\n", reason: "overloaded", retry: same, code: "overloaded_error"},
	{name: "no money, in no words", status: 402, reason: "billing", retry: elsewhere},
	{name: "redirect", status: 301, reason: "not_found", retry: elsewhere},
	{name: "gone", status: 410, reason: "not_found", retry: elsewhere},
	{name: "unknown 4xx", status: 418, reason: "invalid", retry: never},
	{name: "unknown 5xx", status: 599, reason: "server", retry: same},
}
