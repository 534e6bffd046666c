package proxy

import (
	"encoding/base64"
	"strings"

	"github.com/valyala/fasthttp"

	"spillway/proxy/dialect"
)

// admitOperator says whether a request may see the admin address: no token is asked for, or it shows one. It is refused
// otherwise. Programs send the token as Authorization: Bearer. A browser asks its user for it as the password of HTTP Basic,
// and sends it along from then on; that pages of other origins cannot use it so is what serveOrder, Guard and the check of
// the host's name see to.
func (p *Proxy) admitOperator(ctx *fasthttp.RequestCtx) bool {
	admins := p.current.Load().admins
	if admins == nil || admins.use(shownToken(&ctx.Request.Header), p.clock.Now()) != nil {
		return true
	}
	ctx.Response.Header.Set("WWW-Authenticate", `Basic realm="Spillway: the password is the admin token", charset="UTF-8"`)
	refuseAdmin(ctx, fasthttp.StatusUnauthorized, "the admin address asks for its token: Authorization: Bearer, or the password of HTTP Basic with any user")
	return false
}

// shownToken is the token in a request, "" when there is none.
func shownToken(h *fasthttp.RequestHeader) string {
	header := func(name string) string { return string(h.Peek(name)) }
	if token := dialect.Credential("", header); token != "" {
		return token
	}
	scheme, encoded, _ := strings.Cut(strings.TrimSpace(header("Authorization")), " ")
	if !strings.EqualFold(scheme, "basic") {
		return ""
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return ""
	}
	_, password, _ := strings.Cut(string(decoded), ":")
	return password
}
