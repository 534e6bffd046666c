package proxy

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/estimate"
)

// content is the part of a live request that policies read only when they ask. It implements [engine.Content].
type content struct {
	call   *dialect.Call
	ctx    *fasthttp.RequestCtx
	tokens *estimate.Estimator
}

// Outline implements [engine.Content].
func (c content) Outline() engine.Outline { return outlined(c.call, c.tokens) }

// outlined is a call's outline with estimates as good as they are by now.
func outlined(call *dialect.Call, tokens *estimate.Estimator) engine.Outline {
	o := call.Outline()
	o.InputTokens = tokens.Tokens(call, call.Model)
	o.ToolResultTokens = tokens.Calibrate(call.Model, o.ToolResultTokens)
	return o
}

// Body implements [engine.Content].
func (c content) Body() json.RawMessage { return append(json.RawMessage(nil), c.call.Body...) }

// Header implements [engine.Content].
func (c content) Header(name string) string {
	if isCredential(name) {
		return ""
	}
	return string(peek(&c.ctx.Request.Header, name))
}

// headerIn is [content.Header] for headers as they came, which several goroutines may look through.
func headerIn(headers func(yield func(key, value []byte) bool), name string) string {
	for key, value := range headers {
		if strings.EqualFold(string(key), name) && !isCredential(name) {
			return string(value)
		}
	}
	return ""
}

// isCredential says whether policies must not see a header.
func isCredential(header string) bool {
	return slices.Contains(engine.CredentialHeaders, strings.ToLower(header))
}
