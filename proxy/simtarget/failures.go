package simtarget

import (
	"fmt"
	"strconv"
	"time"

	"spillway/engine"
)

// Overloaded answers that there is no capacity: Anthropic's 529, OpenAI's 503.
func Overloaded() Behaviour { return byDialect(overload, Fails) }

// OverloadedInStream answers a stream with a 200 whose first event is the overload.
func OverloadedInStream() Behaviour { return overloadedAfter(0) }

// OverloadedAfterPreamble answers a stream with what comes before any content, and then the overload.
func OverloadedAfterPreamble() Behaviour {
	return func(r *Seen) Answer {
		if r.API == engine.Anthropic {
			return overloadedAfter(2)(r) // message_start and ping
		}
		return overloadedAfter(1)(r)
	}
}

func overloadedAfter(n int) Behaviour {
	return byDialect(overload, func(f Fault) Behaviour { return FailsAfter(n, f, Message("never said")) })
}

// RateLimited answers 429; the target asks for a wait of after, which is not said when 0.
func RateLimited(after time.Duration) Behaviour {
	return byDialect(func(api engine.API) Fault {
		if api == engine.OpenAI {
			return Fault{Status: 429, Type: "requests", Code: "rate_limit_exceeded", Message: "Rate limit reached", RetryAfter: after}
		}
		return Fault{Status: 429, Type: "rate_limit_error", Message: "This request would exceed your organization's rate limit", RetryAfter: after}
	}, Fails)
}

// SpendLimit answers 429 for lack of money, which waiting does not heal.
func SpendLimit() Behaviour {
	return byDialect(func(api engine.API) Fault {
		if api == engine.OpenAI {
			return Fault{Status: 429, Type: "insufficient_quota", Code: "insufficient_quota", Message: "You exceeded your current quota."}
		}
		return Fault{Status: 429, Type: "rate_limit_error", Code: "enforced_spend_limit_reached", Message: "Monthly spend limit reached."}
	}, Fails)
}

// ServerError answers 500.
func ServerError() Behaviour {
	return byDialect(func(api engine.API) Fault {
		if api == engine.OpenAI {
			return Fault{Status: 500, Type: "server_error", Message: "The server had an error while processing your request."}
		}
		return Fault{Status: 500, Type: "api_error", Message: "Internal server error"}
	}, Fails)
}

// Unauthorized answers 401.
func Unauthorized() Behaviour { return byDialect(unauthorized, Fails) }

// NoSuchModel answers 404.
func NoSuchModel() Behaviour {
	return func(r *Seen) Answer {
		if r.API == engine.OpenAI {
			message := fmt.Sprintf("The model `%s` does not exist or you do not have access to it.", r.Model())
			return Fails(Fault{Status: 404, Type: "invalid_request_error", Code: "model_not_found", Message: message})(r)
		}
		return Fails(Fault{Status: 404, Type: "not_found_error", Message: "model: " + r.Model()})(r)
	}
}

// TooLong answers 400: the prompt has more tokens than the model takes.
func TooLong() Behaviour {
	return byDialect(func(api engine.API) Fault {
		if api == engine.OpenAI {
			return Fault{
				Status: 400, Type: "invalid_request_error", Code: "context_length_exceeded", Param: "messages",
				Message: "This model's maximum context length is 400000 tokens. However, your messages resulted in 420000 tokens.",
			}
		}
		return *badRequest("prompt is too long: 220000 tokens > 200000 maximum")
	}, Fails)
}

// HTMLPage answers as a middle box does: this status and a page of HTML.
func HTMLPage(status int) Behaviour {
	return func(*Seen) Answer {
		page := fmt.Sprintf("<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n"+
			"<center><h1>%[1]d %[2]s</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n", status, statusText(status))
		return Answer{
			Name: strconv.Itoa(status) + " html", Status: status,
			Fields: []Field{{"server", "cloudflare"}, {"content-type", "text/html"}},
			Pieces: []Piece{{Data: []byte(page)}},
		}
	}
}

// ErrorWith200 answers with the dialect's overload as a plain JSON body, but with status 200, streams too.
func ErrorWith200() Behaviour {
	return func(r *Seen) Answer {
		a := Overloaded()(r)
		a.Name, a.Status = "error with 200", 200
		return a
	}
}

func overload(api engine.API) Fault {
	if api == engine.OpenAI {
		return Fault{Status: 503, Type: "service_unavailable_error", Code: "server_is_overloaded", Message: "The server is currently overloaded."}
	}
	return Fault{Status: statusOverloaded, Type: "overloaded_error", Message: "Overloaded"}
}

func unauthorized(api engine.API) Fault {
	if api == engine.OpenAI {
		return Fault{Status: 401, Type: "invalid_request_error", Code: "invalid_api_key", Message: "Incorrect API key provided."}
	}
	return Fault{Status: 401, Type: "authentication_error", Message: "invalid x-api-key"}
}

func badRequest(message string) *Fault {
	return &Fault{Status: 400, Type: "invalid_request_error", Message: message}
}

// byDialect makes a behaviour of a fault that the dialects word differently.
func byDialect(f func(engine.API) Fault, fails func(Fault) Behaviour) Behaviour {
	return func(r *Seen) Answer { return fails(f(r.API))(r) }
}
