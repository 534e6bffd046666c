package proxy

import (
	"encoding/base64"
	"strings"

	"github.com/valyala/fasthttp"

	"spillway/proxy/dialect"
)

// admitOperator says whether a request may see the admin address: no token is asked for, or it shows one. It is refused
// otherwise. Programs and the dashboard send the token as Authorization: Bearer. A person who opens another page is asked for it
// as the password of HTTP Basic, which the browser then sends by itself; serveOrder and Guard see to it that pages of other
// origins gain nothing by that.
func (p *Proxy) admitOperator(ctx *fasthttp.RequestCtx) bool {
	admins := p.current.Load().Admins
	if admins == nil || admins.Use(shownToken(&ctx.Request.Header), p.clock.Now()) != nil {
		return true
	}
	challenge := `Bearer realm="Spillway"`
	if string(ctx.Request.Header.Peek("Sec-Fetch-Mode")) == "navigate" {
		challenge = `Basic realm="Spillway: the password is the admin token", charset="UTF-8"`
	}
	refuseAdmin(ctx, fasthttp.StatusUnauthorized, "the admin address asks for its token: Authorization: Bearer, or the password of HTTP Basic with any user")
	ctx.Response.Header.Set("WWW-Authenticate", challenge)
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
