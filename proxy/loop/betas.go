package loop

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"spillway/engine"
)

// betaHeader is where Anthropic's SDKs name the betas that a request uses, separated by commas, in one header or several.
const betaHeader = "anthropic-beta"

// betaFields are the members of a request that a beta adds, by how its name begins (Anthropic's SDKs, resources/beta). Without
// their beta they are refused; those that may go leave the answer what it would have been.
var betaFields = []struct {
	beta, field string
	mayGo       bool
}{
	{"context-management-", "context_management", true}, // the target reads all instead
	{"fast-mode-", "speed", true},
	{"mcp-client-", "mcp_servers", false},
	{"code-execution-", "container", false},
	{"skills-", "container", false},
	{"fallback-", "fallbacks", false},
}

// allowBetas takes the betas out that the target's list does not have, and what they added to the body.
func (t *try) allowBetas() error {
	allowed := t.target.Server.Betas
	if allowed == nil || t.across != nil || t.target.Dialect != engine.Anthropic {
		return nil
	}
	var gone []string
	for key, value := range t.x.Header {
		if strings.EqualFold(string(key), betaHeader) {
			_, refused := partBetas(string(value), allowed)
			gone = append(gone, refused...)
		}
	}
	for _, f := range betaFields {
		uses := func(beta string) bool { return strings.HasPrefix(beta, f.beta) }
		switch {
		case !slices.ContainsFunc(gone, uses) || !t.call.Has(f.field):
		case !f.mayGo:
			return errors.New(t.target.Name + " does not know the beta that the request's " + f.field + " needs")
		default:
			t.send.Body = with(t.send.Body, f.field, json.RawMessage("null"))
		}
	}
	if len(gone) > 0 {
		t.edits = append(t.edits, "betas;without="+strings.Join(gone, "+"))
	}
	return nil
}

// partBetas parts a header's betas by whether the list has them.
func partBetas(header string, list []string) (allowed, refused []string) {
	for beta := range strings.SplitSeq(header, ",") {
		switch beta = strings.TrimSpace(beta); {
		case beta == "":
		case slices.Contains(list, beta):
			allowed = append(allowed, beta)
		default:
			refused = append(refused, beta)
		}
	}
	return allowed, refused
}

// knownBetas are headers without the betas that the target does not know.
func (t *try) knownBetas(headers func(yield func(key, value []byte) bool)) func(yield func(key, value []byte) bool) {
	return func(yield func(key, value []byte) bool) {
		for key, value := range headers {
			if strings.EqualFold(string(key), betaHeader) {
				allowed, _ := partBetas(string(value), t.target.Server.Betas)
				if value = []byte(strings.Join(allowed, ",")); len(allowed) == 0 {
					continue
				}
			}
			if !yield(key, value) {
				return
			}
		}
	}
}

func with[V any](m map[string]V, name string, value V) map[string]V {
	more := without(m, name)
	more[name] = value
	return more
}
