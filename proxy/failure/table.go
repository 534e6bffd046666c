package failure

import "spillway/engine"

// row says what a failure means when all that it names is so. Empty fields match anything; the first row that matches wins.
type row struct {
	err    error      // the transport's failure wraps this
	api    engine.API // the target's dialect
	status int        // the HTTP status, or its first digit; an error inside a 200 has the status its type stands for
	code   string     // one of these words is the target's code or error type; lower case
	says   string     // one of these parts, separated by |, is in its message; lower case
	when   func(facts) bool
	reason engine.Reason
	retry  engine.Retry
	kind   engine.Kind // of the transport's failures; elsewhere it follows from the status

	signature bool // it is about who signed the request's thinking
}

// tooLargeForLimit is what OpenAI says of one request that is larger than a whole minute's tokens.
const tooLargeForLimit = "request too large for"

// table holds the whole reading. Retry is same where the target may take the very same request soon, never where the
// request would fail anywhere, elsewhere in between: another credential, model or target may do. A 504 and a 409 say same
// although more than one more try is seldom worth it; that is a policy's choice.
var table = []row{
	// Nobody answered, or not to the end.
	{err: ErrConnect, reason: engine.ReasonConnection, retry: engine.RetrySame, kind: engine.KindConnect},
	{err: ErrStale, reason: engine.ReasonConnection, retry: engine.RetrySame, kind: engine.KindConnect},
	{err: ErrFirstEvent, reason: engine.ReasonTimeout, retry: engine.RetrySame, kind: engine.KindTimeout},
	{err: ErrIdle, reason: engine.ReasonTimeout, retry: engine.RetrySame, kind: engine.KindTimeout},
	{err: ErrTotal, reason: engine.ReasonTimeout, retry: engine.RetryElsewhere, kind: engine.KindTimeout},
	{err: ErrIncomplete, reason: engine.ReasonConnection, retry: engine.RetrySame, kind: engine.KindStream},
	{err: ErrEmpty, reason: engine.ReasonServer, retry: engine.RetrySame, kind: engine.KindStream},
	{err: ErrTooLarge, reason: engine.ReasonServer, retry: engine.RetryElsewhere, kind: engine.KindStream},
	{when: facts.unanswered, reason: engine.ReasonConnection, retry: engine.RetrySame, kind: engine.KindConnect},
	{when: facts.broken, reason: engine.ReasonConnection, retry: engine.RetrySame, kind: engine.KindStream},

	// Money. It does not come back within a request's life.
	{code: "enforced_spend_limit_reached contract_spend_limit_reached linked_organization_spend_limit_reached", reason: engine.ReasonSpendLimit, retry: engine.RetryElsewhere},
	{code: "insufficient_quota credit_balance_exhausted billing_hard_limit_reached organization_usage_limit_exceeded organization_spend_limit_exceeded project_spend_limit_exceeded", reason: engine.ReasonSpendLimit, retry: engine.RetryElsewhere},
	{says: "you have reached your specified api usage limits", reason: engine.ReasonSpendLimit, retry: engine.RetryElsewhere},
	{code: "linked_organization_billing_unavailable organization_on_hold billing_not_active billing_error", reason: engine.ReasonBilling, retry: engine.RetryElsewhere},
	{says: "credit balance is too low|insufficient balance", reason: engine.ReasonBilling, retry: engine.RetryElsewhere},

	// Capacity.
	{code: "overloaded_error compaction_unavailable server_is_overloaded insufficient_system_resource", reason: engine.ReasonOverloaded, retry: engine.RetrySame},
	{code: "cmek_context_unavailable cmek_key_unreachable", reason: engine.ReasonServer, retry: engine.RetrySame},
	{status: 529, reason: engine.ReasonOverloaded, retry: engine.RetrySame},
	{status: 503, reason: engine.ReasonOverloaded, retry: engine.RetrySame},
	{status: 5, says: "overloaded|at capacity|no capacity", reason: engine.ReasonOverloaded, retry: engine.RetrySame},

	// Too fast. Anthropic itself sends retry-after with a limit that passes; without it the limit is monthly spend. Other
	// servers of the dialect send a bare 429 for any limit.
	{code: "ramp_limit_exceeded slow_down", reason: engine.ReasonRateLimit, retry: engine.RetrySame},
	{status: 429, says: tooLargeForLimit, reason: engine.ReasonRateLimit, retry: engine.RetryElsewhere},
	{api: engine.Anthropic, status: 429, when: facts.noEndInSight, says: "spend limit|usage limit|billing", reason: engine.ReasonSpendLimit, retry: engine.RetryElsewhere},
	{api: engine.Anthropic, status: 429, when: facts.noEndInSight, reason: engine.ReasonRateLimit, retry: engine.RetryElsewhere},
	{status: 429, reason: engine.ReasonRateLimit, retry: engine.RetrySame},

	// Too long or too large for this target.
	{code: "context_length_exceeded exceed_context_size_error", reason: engine.ReasonContextTooLong, retry: engine.RetryElsewhere},
	{status: 4, says: "prompt is too long|maximum context length|exceed context limit|exceeds the available context size|exceeds the context window|input is too long", reason: engine.ReasonContextTooLong, retry: engine.RetryElsewhere},
	{code: "request_too_large request_body_too_large_after_decoding", reason: engine.ReasonTooLarge, retry: engine.RetryElsewhere},
	{status: 413, reason: engine.ReasonTooLarge, retry: engine.RetryElsewhere},

	// State that only this target has, and that it will not have again.
	{code: "thread_not_found", reason: engine.ReasonNotFound, retry: engine.RetryNever},

	// The model will not, but another may.
	{code: "content_filter content_policy_violation invalid_prompt", reason: engine.ReasonRefused, retry: engine.RetryElsewhere},
	{status: 4, says: "content filtering policy", reason: engine.ReasonRefused, retry: engine.RetryElsewhere},

	// This credential or this target cannot, but another may.
	{code: "model_not_found", reason: engine.ReasonNotFound, retry: engine.RetryElsewhere},
	{code: "cmek_key_disabled cmek_key_network_blocked claude_code_version_too_old claude_code_key_creator_not_member", reason: engine.ReasonPermission, retry: engine.RetryElsewhere},
	{status: 401, reason: engine.ReasonAuth, retry: engine.RetryElsewhere},
	{status: 402, reason: engine.ReasonBilling, retry: engine.RetryElsewhere},
	{status: 403, reason: engine.ReasonPermission, retry: engine.RetryElsewhere},
	{status: 404, reason: engine.ReasonNotFound, retry: engine.RetryElsewhere},
	{status: 405, reason: engine.ReasonNotFound, retry: engine.RetryElsewhere},
	{status: 410, reason: engine.ReasonNotFound, retry: engine.RetryElsewhere},
	{status: 3, reason: engine.ReasonNotFound, retry: engine.RetryElsewhere},
	{code: "unsupported_parameter unsupported_value", reason: engine.ReasonInvalid, retry: engine.RetryElsewhere},
	{status: 4, says: "not supported|does not support|unsupported|invalid beta flag|extra inputs are not permitted", reason: engine.ReasonInvalid, retry: engine.RetryElsewhere},
	{status: 4, says: "maximum allowed number of output tokens|supports at most|`reasoning_content`", reason: engine.ReasonInvalid, retry: engine.RetryElsewhere},
	{status: 4, says: "signature in thinking block|`signature` in `thinking`|`data` in `redacted_thinking`|thinking.signature: field required", reason: engine.ReasonInvalid, retry: engine.RetryElsewhere, signature: true},
	{status: 4, when: facts.routed, reason: engine.ReasonServer, retry: engine.RetryElsewhere},

	// A box in the middle answered in the target's place.
	{status: 400, when: facts.page, reason: engine.ReasonServer, retry: engine.RetryElsewhere},
	{status: 2, when: facts.wordless, reason: engine.ReasonServer, retry: engine.RetryElsewhere},

	// Time and trouble at the target.
	{status: 408, reason: engine.ReasonTimeout, retry: engine.RetrySame},
	{status: 504, reason: engine.ReasonTimeout, retry: engine.RetrySame},
	{status: 522, reason: engine.ReasonTimeout, retry: engine.RetrySame},
	{status: 524, reason: engine.ReasonTimeout, retry: engine.RetrySame},
	{status: 409, reason: engine.ReasonInvalid, retry: engine.RetrySame},
	{status: 4, reason: engine.ReasonInvalid, retry: engine.RetryNever},
	{reason: engine.ReasonServer, retry: engine.RetrySame},
}

// statusOf is the status an error's type or code stands for where none was sent: in an event, and in a body under a 200.
var statusOf = map[string]int{
	"invalid_request_error": 400, "badrequesterror": 400, "invalid_prompt": 400,
	"authentication_error": 401, "billing_error": 402, "permission_error": 403,
	"not_found_error": 404, "notfounderror": 404, "conflict_error": 409, "request_too_large": 413,
	"rate_limit_error": 429, "rate_limit_exceeded": 429, "timeout_error": 504, "overloaded_error": 529,
}
