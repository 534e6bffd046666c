package proxy

import (
	"bytes"
	"encoding/json"
	"net"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttpadaptor"
	"github.com/valyala/fasthttp/pprofhandler"

	"spillway/engine"
	"spillway/proxy/dashboard"
	"spillway/proxy/gate"
)

// serveAdmin serves what operators see.
func (p *Proxy) serveAdmin(ctx *fasthttp.RequestCtx) {
	defer p.recoverAdmin(ctx)
	path := string(ctx.Path())
	host := string(ctx.Host())
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if isLoopback(p.adminAt) && !isLocal(strings.Trim(host, "[]")) {
		refuseAdmin(ctx, fasthttp.StatusForbidden, "the admin API answers only to names of this machine") // else a page could rebind its own
		return
	}
	dashboard.Guard(&ctx.Response.Header)
	switch {
	case path == "/healthz":
		ctx.SetBodyString("ok\n")
	case path == "/readyz":
		p.serveReady(ctx)
	case dashboard.Serve(ctx): // it holds no secrets, and asks for the token itself
	case !p.admitOperator(ctx):
	case path == "/metrics":
		fasthttpadaptor.NewFastHTTPHandler(promhttp.HandlerFor(p.metrics.Gatherer(), promhttp.HandlerOpts{}))(ctx)
	case path == "/api/now":
		p.serveNow(ctx)
	case path == "/api/clients":
		writeJSON(ctx, p.clientsView())
	case path == "/api/policies":
		writeJSON(ctx, p.policiesView())
	case path == "/api/candidates":
		writeJSON(ctx, map[string]any{"candidates": p.candidateViews(true)})
	case path == "/api/targets":
		writeJSON(ctx, p.targetsView())
	case strings.HasPrefix(path, "/api/targets/"):
		p.serveOrder(ctx, strings.TrimPrefix(path, "/api/targets/"))
	case path == "/api/requests":
		writeJSON(ctx, p.requestsView(ctx.QueryArgs().GetUintOrZero("limit")))
	case strings.HasPrefix(path, "/api/requests/"):
		p.serveRequest(ctx, strings.TrimPrefix(path, "/api/requests/"))
	case strings.HasPrefix(path, "/debug/pprof"):
		pprofhandler.PprofHandler(ctx)
	default:
		ctx.SetStatusCode(fasthttp.StatusNotFound)
		ctx.SetBodyString("not here. Try / /healthz /readyz /metrics /api/targets /api/clients /api/policies /api/candidates /api/requests\n")
	}
}

func (p *Proxy) serveReady(ctx *fasthttp.RequestCtx) {
	if p.draining.Load() {
		ctx.SetStatusCode(fasthttp.StatusServiceUnavailable)
		ctx.SetBodyString("draining\n")
		return
	}
	ctx.SetBodyString("ready\n")
}

func (p *Proxy) serveRequest(ctx *fasthttp.RequestCtx, id string) {
	r := p.log.Find(id)
	if r == nil {
		refuseAdmin(ctx, fasthttp.StatusNotFound, "no such request among the latest; it may have been long ago")
		return
	}
	view := requestView(r, true)
	if rows := r.Rows(); len(rows) == len(view.Steps) {
		for i := range view.Steps {
			view.Steps[i].Row = rows[i]
		}
	}
	writeJSON(ctx, view)
}

// policiesView is what serves, and what was rejected.
func (p *Proxy) policiesView() any {
	type rejected struct {
		At     string  `json:"at"`
		Faults []fault `json:"faults"`
	}
	current := p.current.Load()
	view := struct {
		State    string    `json:"state"`
		Revision string    `json:"revision"`
		Loaded   string    `json:"loaded"`
		Default  string    `json:"default"`
		Policies []string  `json:"policies"`
		Benched  []string  `json:"benched,omitempty"` // had to be stopped too often, and are not called for a while
		Rejected *rejected `json:"rejected,omitempty"`
		// Candidates are the policies on trial.
		Candidates []candidateView `json:"candidates"`
	}{State: "loaded", Revision: current.Revision, Loaded: stamp(current.Loaded), Default: current.Config.Policy, Policies: current.Policies.Names(),
		Benched: current.Benched(), Candidates: p.candidateViews(false)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rejected != nil {
		view.State, view.Rejected = "rejected", &rejected{At: stamp(p.rejected.at), Faults: faultViews(p.rejected.faults)}
	}
	return view
}

// targetsView is every target with its gates.
func (p *Proxy) targetsView() any { return map[string]any{"targets": p.targetList()} }

func (p *Proxy) targetList() any {
	type target struct {
		Name    string     `json:"name"`
		Dialect engine.API `json:"dialect"`
		URL     string     `json:"url"`
		Keys    []keyView  `json:"keys"` // its own
		Gates   []gateView `json:"gates"`
	}
	states := p.gates.States()
	targets := []target{}
	for _, t := range p.current.Load().Targets {
		view := target{Name: t.Name, Dialect: t.Dialect, URL: t.URL, Keys: p.keyViews(t), Gates: []gateView{}}
		for _, s := range states {
			if s.Key.Target == t.Identity {
				view.Gates = append(view.Gates, viewGate(s))
			}
		}
		targets = append(targets, view)
	}
	return targets
}

// targetName is the configured name in a gate's key.
func targetName(k gate.Key) string {
	name, _, _ := strings.Cut(k.Target, " ")
	return name
}

func writeJSON(ctx *fasthttp.RequestCtx, v any) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		ctx.Error(err.Error(), fasthttp.StatusInternalServerError)
		return
	}
	ctx.SetContentType("application/json")
	ctx.Response.Header.Set("Cache-Control", "no-store")
	ctx.SetBody(b.Bytes())
}
