package proxy

import (
	"net/http"
	"strconv"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/loop"
	"spillway/proxy/model"
)

// countTokens asks the first target of the dialect. Where that has no such endpoint the answer is Spillway's estimate, and
// says so in x-spillway-estimate. Anthropic's own 404 is about the model.
func (p *Proxy) countTokens(a *arrival) {
	t := a.firstTarget()
	if t == nil || t.Server.NoCountTokens {
		p.estimateTokens(a, t)
		return
	}
	p.passThrough(a)
	status := a.ctx.Response.StatusCode()
	if t.Server.Name != model.Anthropic && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed) {
		p.estimateTokens(a, t)
	}
}

// estimateTokens answers from the estimate, as the model of the target counts, if there is one.
func (p *Proxy) estimateTokens(a *arrival, t *loop.Target) {
	call, problem := dialect.Parse(a.api, dialect.Messages, a.body.bytes())
	if problem != nil {
		p.refuse(a, &refusal{problem.Status, engine.ReasonInvalid, problem.Message})
		return
	}
	name := call.Model
	if t != nil {
		name = t.Resolve(name)
	}
	resp := &a.ctx.Response
	resp.Reset()
	resp.Header.SetContentType("application/json")
	resp.Header.Set("X-Spillway-Id", a.id)
	resp.Header.Set("X-Spillway-Estimate", "input_tokens")
	resp.SetBody(append(strconv.AppendInt([]byte(`{"input_tokens":`), int64(p.loop.Estimator.Tokens(call, name)), 10), '}'))
}
