package proxy

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"spillway/engine"
	"spillway/proxy/account"
	"spillway/proxy/config"
	"spillway/proxy/dialect"
	"spillway/proxy/hangup"
	"spillway/proxy/loop"
	"spillway/proxy/snapshot"
	"spillway/proxy/trace"
)

// arrival is one request as it came in. One goroutine owns it.
type arrival struct {
	ctx      *fasthttp.RequestCtx
	snapshot *snapshot.Snapshot // pinned: a reload does not change it
	api      engine.API
	endpoint dialect.Endpoint
	id       string
	path     string
	query    string
	began    time.Time
	client   *config.Client // nil when no clients are configured
	account  *account.Account
	hold     account.Hold
	advice   *advice // for a client over its limits; nil otherwise
	visit    *hangup.Visit
	body     body
	company  *early // until there is an answer; nil when it is kept none
	streams  bool   // the answer goes on after the handler, and ends the request
	part     *part  // in a trial; nil when it takes none
}

// refusal is why a request is answered before any policy sees it.
type refusal struct {
	status  int
	reason  engine.Reason
	message string
}

// handle serves one request, from its first byte to the answer; a stream goes on in the reply's body.
func (p *Proxy) handle(ctx *fasthttp.RequestCtx) {
	if err := unclear(&ctx.Request.Header); err != nil {
		p.badRequest(ctx, err)
		return
	}
	a := p.arrive(ctx)
	defer a.end()
	defer p.recover(a)
	if p.retired.Load() {
		defer ctx.SetConnectionClose() // at last, since an answer may begin with a reset
	}
	refused := a.admit()
	if refused == nil {
		refused = p.receive(a)
	}
	if refused != nil {
		p.refuse(a, refused)
		if ctx.Request.IsBodyStream() {
			a.partWays()
		}
		return
	}
	a.visit = p.hangups.Enter(ctx.Conn(), a.id)
	if !a.endpoint.Decides() {
		if refused := p.hold(a, nil); refused != nil {
			p.refuse(a, refused)
			return
		}
		p.undecided(a)
		return
	}
	x, refused := p.exchange(a)
	if refused != nil {
		p.refuse(a, refused)
		return
	}
	defer a.part.end()
	a.company = p.keepCompany(a, x)
	answer := p.loop.Run(x)
	if a.company.finish() {
		p.replyEarly(a, answer, a.company)
		return
	}
	p.reply(a, x, answer)
}

// end is the handler's.
func (a *arrival) end() {
	if !a.streams {
		a.leave()
	}
}

// leave ends the request. Nobody may use its body after it.
func (a *arrival) leave() {
	if a.visit != nil {
		a.visit.Leave()
	}
	a.body.release()
}

// undecided serves a request that no policy decides about.
func (p *Proxy) undecided(a *arrival) {
	switch a.endpoint {
	case dialect.Models:
		p.serveModels(a)
	case dialect.CountTokens:
		p.countTokens(a)
	default:
		p.passThrough(a)
	}
}

func (p *Proxy) arrive(ctx *fasthttp.RequestCtx) *arrival {
	a := &arrival{ctx: ctx, snapshot: p.current.Load(), id: p.newID(), began: p.clock.Now()}
	uri := string(ctx.RequestURI())
	a.path, a.query, _ = strings.Cut(uri, "?")
	hasVersion := len(a.peek("anthropic-version")) > 0
	a.api, a.endpoint = dialect.Route(string(ctx.Method()), a.path, hasVersion)
	return a
}

// admit checks the path and the client's key.
func (a *arrival) admit() *refusal {
	switch {
	case !strings.HasPrefix(a.path, "/v1/"):
		const served = "; Spillway serves /v1/messages, /v1/chat/completions, /v1/responses, /v1/models and other /v1 paths"
		return &refusal{404, engine.ReasonNotFound, "no such path: " + a.path + served}
	case strings.Contains(a.path, "/.") || strings.Contains(a.path, "//") || strings.HasSuffix(a.path, "/") || strings.ContainsAny(a.path, "\\%#;"):
		// a target might take it for a path that policies decide about
		return &refusal{404, engine.ReasonNotFound, "no such path: " + a.path}
	}
	switch string(a.ctx.Method()) {
	case "GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS":
	default:
		return &refusal{405, engine.ReasonInvalid, "no such method here"}
	}
	if a.snapshot.Clients == nil {
		return a.foreignPage()
	}
	return a.identify()
}

// foreignPage refuses a page of the web that makes a browser on this machine spend the configured keys. Pages served from
// this machine are its user's own.
func (a *arrival) foreignPage() *refusal {
	from, site := a.peek("origin"), a.peek("sec-fetch-site")
	if len(from) == 0 && len(site) == 0 {
		return nil
	}
	origin, err := url.Parse(string(from))
	if err == nil && (origin.Host == "" || isLocal(origin.Hostname())) && string(site) != "cross-site" {
		return nil
	}
	return &refusal{403, engine.ReasonPermission, "pages from elsewhere may not use this proxy; give them a key under `clients`"}
}

// identify finds the client by its key, in whichever header it came. Of two different ones either may be known.
func (a *arrival) identify() *refusal {
	for _, api := range [...]engine.API{engine.Anthropic, engine.OpenAI} {
		if holder := a.snapshot.Clients.Use(dialect.Credential(api, a.header), a.began); holder != nil {
			a.client, a.account = holder.Client, holder.Account
			return nil
		}
	}
	return &refusal{401, engine.ReasonAuth, "this proxy needs a client key, in x-api-key or Authorization: Bearer, and got none that it knows"}
}

// isLocal says whether a host's name is one that no stranger can have: an address, localhost, or a name without a domain.
func isLocal(host string) bool {
	return net.ParseIP(host) != nil || host == "localhost" || strings.HasSuffix(host, ".localhost") || !strings.Contains(host, ".")
}

// credential is the caller's, as its dialect would read it.
func (a *arrival) credential() loop.Credential {
	return loop.Credential{
		Value:  dialect.Credential(a.api, a.header),
		Bearer: a.api == engine.OpenAI || len(a.peek("x-api-key")) == 0,
	}
}

// exchange reads the request as the loop wants it.
func (p *Proxy) exchange(a *arrival) (*loop.Exchange, *refusal) {
	if coding := a.peek("content-encoding"); len(coding) > 0 && !bytes.EqualFold(coding, []byte("identity")) {
		return nil, &refusal{415, engine.ReasonInvalid, fmt.Sprintf("content-encoding %s is not read here; send the body as it is", coding)}
	}
	call, problem := dialect.Parse(a.api, a.endpoint, a.body.bytes())
	if problem != nil {
		return nil, &refusal{problem.Status, engine.ReasonInvalid, problem.Message}
	}
	x := &loop.Exchange{
		Call: call, Query: a.query, Header: a.headers, Targets: a.snapshot.Targets,
		Began: a.began, Gone: &a.visit.Gone, Cut: a.visit.Cut,
	}
	x.Request = engine.Request{
		ID: a.id, API: a.api, Path: a.path, Model: call.Model, MaxTokens: call.MaxTokens, Stream: call.Stream,
		Bytes: len(call.Body), Client: engine.Client{Priority: engine.Normal}, Content: content{call, a.ctx, &p.loop.Estimator},
	}
	if a.client == nil { // with clients the credential was Spillway's own, and never travels on
		x.Credential = a.credential()
	}
	if refused := a.limits(x); refused != nil {
		return nil, refused
	}
	if refused := p.hold(a, x); refused != nil {
		return nil, refused
	}
	if a.account != nil {
		x.Request.Client.Spent, x.Hold = a.spent(), &a.hold
	}
	p.takePart(a, x)
	x.Record = &trace.Record{
		ID: a.id, API: a.api, Path: a.path, Model: call.Model, Stream: call.Stream, Bytes: len(call.Body),
		Client: x.Request.Client.Name, Policy: x.Policy.Name(), Revision: a.snapshot.Revision, Snapshot: a.snapshot.Kept, Began: a.began,
		Asked: x.Request, Sources: x.Policy,
	}
	x.Record.Asked.Content = nil // which ends with the request
	if p.exports != nil {
		x.Trace = p.exports.Request(x.Record, a.header)
	}
	p.log.Add(x.Record)
	return x, nil
}

func (a *arrival) policy() string {
	if a.client != nil && a.client.Policy != "" {
		return a.client.Policy
	}
	return a.snapshot.Config.Policy
}

// limits reads what the caller allows: floors, patience, and what its SDK announces.
func (a *arrival) limits(x *loop.Exchange) *refusal {
	announced := a.announced()
	patience := a.snapshot.Config.Deadline
	if c := a.client; c != nil {
		x.Request.Client = engine.Client{Name: c.Name, Priority: c.Priority}
		for _, floor := range c.Forbid {
			x.Floors.Forbid(floor)
		}
		patience = shorter(patience, c.MaxWait)
	}
	if words := announced.forbid; len(words) > 0 {
		if unknown := x.Floors.Parse(string(words)); unknown != "" {
			message := "x-spillway-forbid: " + strconv.Quote(unknown) + " is not one of model, trim, max_tokens, translate, target"
			return &refusal{400, engine.ReasonInvalid, message}
		}
	}
	if wait := announced.maxWait; len(wait) > 0 {
		d, err := time.ParseDuration(string(wait))
		if err != nil || d <= 0 {
			return &refusal{400, engine.ReasonInvalid, "x-spillway-max-wait: " + strconv.Quote(string(wait)) + " is not a duration such as 20s"}
		}
		patience = shorter(patience, d)
	}
	x.Request.SDK = announced.sdk()
	if timeout := x.Request.SDK.Timeout; timeout > 0 {
		patience = shorter(patience, max(timeout-time.Second, timeout/2))
	}
	x.Deadline = a.began.Add(patience)
	return nil
}
