package proxy

import (
	"encoding/json"
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
func (c content) Outline() engine.Outline {
	o := c.call.Outline()
	o.InputTokens = c.tokens.Tokens(c.call, c.call.Model)
	o.ToolResultTokens = c.tokens.Calibrate(c.call.Model, o.ToolResultTokens)
	return o
}

// Body implements [engine.Content].
func (c content) Body() json.RawMessage { return append(json.RawMessage(nil), c.call.Body...) }

// Header implements [engine.Content].
func (c content) Header(name string) string {
	switch strings.ToLower(name) {
	case "authorization", "x-api-key", "api-key", "cookie", "proxy-authorization":
		return ""
	}
	return string(peek(&c.ctx.Request.Header, name))
}
