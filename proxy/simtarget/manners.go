package simtarget

import (
	"strings"

	"github.com/tidwall/gjson"

	"spillway/engine"
)

// refuse notes what is wrong with a request, and answers it when a real target would not go on.
func refuse(r *Seen) (Answer, bool) {
	var first *Fault
	for _, check := range []func(*Seen) (string, *Fault){credential, stowaway, version, mediaType, validBody} {
		violation, fault := check(r)
		if violation == "" {
			continue
		}
		r.Violations = append(r.Violations, violation)
		if first == nil {
			first = fault
		}
	}
	if first == nil {
		return Answer{}, false
	}
	a := Fails(*first)(r)
	a.Name = "violation"
	return a, true
}

// credential expects exactly one. Anthropic's API takes it in either header, OpenAI's as a bearer token only.
func credential(r *Seen) (string, *Fault) {
	keys, tokens := r.Headers("x-api-key"), r.Headers("authorization")
	switch {
	case len(keys)+len(tokens) > 1:
		return "more than one credential", badRequest("exactly one of x-api-key and authorization may be given")
	case len(keys)+len(tokens) == 0 || r.API == engine.OpenAI && len(tokens) == 0:
		f := unauthorized(r.API)
		return "no credential", &f
	case len(tokens) == 1 && !strings.HasPrefix(tokens[0], "Bearer "):
		f := unauthorized(r.API)
		return "authorization is no bearer token", &f
	}
	return "", nil
}

// stowaway finds headers that should have stayed behind: a browser's Origin makes Anthropic refuse, a proxy's own are
// nobody's business.
func stowaway(r *Seen) (string, *Fault) {
	if r.Header("origin") != "" {
		return "origin header", &Fault{Status: 401, Type: "authentication_error", Message: "CORS requests are not allowed for this Organization"}
	}
	for _, name := range []string{"proxy-authorization", "keep-alive", "te", "trailer", "upgrade"} {
		if r.Header(name) != "" {
			return "hop-by-hop header " + name, nil
		}
	}
	if strings.Contains("\n"+strings.ToLower(string(r.Head)), "\nx-spillway-") {
		return "x-spillway header", nil
	}
	return "", nil
}

func version(r *Seen) (string, *Fault) {
	if r.API != engine.Anthropic || r.service() == nothing {
		return "", nil
	}
	if n := len(r.Headers("anthropic-version")); n != 1 {
		return "no anthropic-version, or two", badRequest("anthropic-version: header is required")
	}
	return "", nil
}

func mediaType(r *Seen) (string, *Fault) {
	if s := r.service(); s == nothing || s == models {
		return "", nil
	}
	if got := r.Header("content-type"); !strings.HasPrefix(got, "application/json") {
		return "content-type is " + got, badRequest("content-type must be application/json")
	}
	return "", nil
}

func validBody(r *Seen) (string, *Fault) {
	if s := r.service(); s == nothing || s == models {
		return "", nil
	}
	if r.Method != "POST" {
		return "method is " + r.Method, &Fault{Status: 405, Type: "invalid_request_error", Message: "Method Not Allowed"}
	}
	if !gjson.ValidBytes(r.Body) {
		return "body is not JSON", badRequest("The request body is not valid JSON")
	}
	return "", nil
}
