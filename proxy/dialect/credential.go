package dialect

import (
	"strings"

	"spillway/engine"
)

// Credential is the key that a request carries, "" when it has none. Clients of both dialects send it as x-api-key or as
// Authorization: Bearer; where there are both, Anthropic's API reads the former, OpenAI's knows only the latter.
func Credential(api engine.API, header func(name string) string) string {
	key, bearer := strings.TrimSpace(header("x-api-key")), bearerToken(header("authorization"))
	if api == engine.OpenAI && bearer != "" || key == "" {
		return bearer
	}
	return key
}

func bearerToken(authorization string) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
