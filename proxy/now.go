package proxy

import (
	"cmp"

	"github.com/valyala/fasthttp"

	"spillway/proxy/pulse"
	"spillway/proxy/trace"
)

// present is /api/now: all that the dashboard shows, of one moment.
type present struct {
	At       string        `json:"at"`
	Draining bool          `json:"draining"`
	Open     int           `json:"open"` // requests under way
	Policies any           `json:"policies"`
	Targets  any           `json:"targets"`
	Clients  []clientView  `json:"clients"`
	Line     line          `json:"line"`
	Traffic  *pulse.Series `json:"traffic"`
	Requests []request     `json:"requests"`
}

// line is all requests that stand in line, and how many may.
type line struct {
	Requests int `json:"requests"`
	Tokens   int `json:"tokens"`
	Limit    int `json:"limit"`
}

// serveNow answers ?limit=N&only=trouble: how many requests, and whether those that went smoothly are left out.
func (p *Proxy) serveNow(ctx *fasthttp.RequestCtx) {
	now := p.clock.Now()
	limit := cmp.Or(ctx.QueryArgs().GetUintOrZero("limit"), 50)
	onlyTrouble := string(ctx.QueryArgs().Peek("only")) == "trouble"
	writeJSON(ctx, present{
		At: stamp(now), Draining: p.draining.Load(), Open: p.hangups.Open(),
		Policies: p.policiesView(), Targets: p.targetList(), Clients: p.clientList(), Line: p.line(),
		Traffic: p.pulse.Series(now), Requests: p.briefRequests(limit, onlyTrouble),
	})
}

func (p *Proxy) line() line {
	l := line{Limit: p.current.Load().Config.Limits.Queue}
	for _, s := range p.gates.States() {
		if !s.Whole { // which counts those of its gates again
			l.Requests += s.Health.Queued
			l.Tokens += s.QueuedTokens
		}
	}
	return l
}

// briefRequests are the latest requests without their steps.
func (p *Proxy) briefRequests(limit int, onlyTrouble bool) []request {
	views := []request{}
	for _, r := range p.log.Recent(recentRequests) {
		if len(views) == limit {
			break
		}
		if !onlyTrouble || troubled(r.End()) {
			view := requestView(r, false)
			view.Tried = tried(r)
			views = append(views, view)
		}
	}
	return views
}

// troubled says whether a request did not go smoothly: it failed, or needed more than one send.
func troubled(e trace.End) bool {
	return e.Outcome != "" && (e.Outcome != trace.OK || e.Sends > 1)
}
