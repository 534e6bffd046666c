package proxy

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/valyala/bytebufferpool"
	"github.com/valyala/fasthttp"

	"spillway/engine"
	"spillway/proxy/loop"
)

// recover keeps a defect in one request from ending all others.
func (p *Proxy) recover(a *arrival) {
	if defect := recover(); defect != nil {
		p.tell(a.id, defect)
		a.hold.Settle(a.hold.Cost(), p.clock.Now())
		if a.body.buffer != nil {
			a.body.buffer = &bytebufferpool.ByteBuffer{} // somebody may be sending the old one still
		}
		r := refusal{500, engine.ReasonServer, "Spillway failed inside; its log has the details under " + a.id}
		if a.company.finish() { // another head would follow the first
			p.replyEarly(a, &loop.Answer{Status: r.status, Reason: r.reason, Message: r.message}, a.company)
			return
		}
		p.refuse(a, &r)
	}
}

// recoverAdmin keeps a defect in a page for operators from ending the proxy.
func (p *Proxy) recoverAdmin(ctx *fasthttp.RequestCtx) {
	if defect := recover(); defect != nil {
		p.tell(string(ctx.Path()), defect)
		refuseAdmin(ctx, fasthttp.StatusInternalServerError, "Spillway failed inside; its log has the details")
	}
}

// tell logs a defect.
func (p *Proxy) tell(id string, defect any) {
	p.slog.Error("request failed by a defect in spillway", "id", id, "panic", fmt.Sprint(defect), "stack", string(debug.Stack()))
}

// errDefect is why an answer breaks off that a defect met.
var errDefect = errors.New("spillway failed inside")

// breakOff keeps a defect in an answer that is being written from ending all others. Its error cuts the connection.
func (p *Proxy) breakOff(a *arrival, err *error) {
	if defect := recover(); defect != nil {
		p.tell(a.id, defect)
		*err = errDefect
	}
}
