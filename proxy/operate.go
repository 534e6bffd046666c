package proxy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"spillway/engine/nearest"
	"spillway/proxy/gate"
	"spillway/proxy/loop"
)

// order is what an operator posts to /api/targets/{name}/pause or /resume.
type order struct {
	// Model is a model or an alias; "" means the whole target.
	Model string `json:"model"`
	// Key is the fingerprint of one of the target's keys, to be used again: for resume alone.
	Key string `json:"key"`
	// For is how long to pause, such as "10m".
	For string `json:"for"`
	// Because is shown to whoever wonders.
	Because string `json:"because"`
}

// serveOrder pauses or resumes a gate. It takes only JSON, which a browser sends to another origin only after asking; so
// no page on the web can give orders.
func (p *Proxy) serveOrder(ctx *fasthttp.RequestCtx, what string) {
	name, verb, _ := strings.Cut(what, "/")
	var o order
	t := p.current.Load().Target(name)
	var d time.Duration
	var err error
	switch {
	case !ctx.IsPost():
		refuseAdmin(ctx, fasthttp.StatusMethodNotAllowed, "POST it")
		return
	case !strings.HasPrefix(string(ctx.Request.Header.ContentType()), "application/json"):
		refuseAdmin(ctx, fasthttp.StatusUnsupportedMediaType, `send JSON (content-type: application/json), such as {"model": "claude-opus-5-5", "for": "10m"}`)
		return
	case fromElsewhere(ctx):
		refuseAdmin(ctx, fasthttp.StatusForbidden, "pages from elsewhere may not give orders")
		return
	case t == nil:
		refuseAdmin(ctx, fasthttp.StatusNotFound, "there is no target "+name)
		return
	case orderKeys[verb] == nil:
		refuseAdmin(ctx, fasthttp.StatusNotFound, "orders are pause and resume")
		return
	}
	if o, err = readOrder(verb, ctx.PostBody()); err == nil && verb == "pause" {
		if d, err = time.ParseDuration(o.For); err != nil || d <= 0 {
			err = fmt.Errorf("for: %.40q is no duration above zero, such as 10m", o.For)
		}
	}
	switch {
	case err != nil:
		refuseAdmin(ctx, fasthttp.StatusBadRequest, err.Error())
	case verb == "pause":
		p.gates.Pause(t.Gate(o.Model), d, gate.Cause{Operator: true, Because: o.Because})
		p.slog.Info("an operator paused a gate", "target", name, "model", o.Model, "for", d, "because", o.Because)
		writeJSON(ctx, p.targetsView())
	case o.Key != "" && !slices.Contains(t.Fingerprints(), o.Key):
		refuseAdmin(ctx, fasthttp.StatusNotFound, "the target has no key "+o.Key)
	default:
		p.resume(t, o)
		writeJSON(ctx, p.targetsView())
	}
}

// orderKeys are the keys of each order.
var orderKeys = map[string][]string{"pause": {"model", "for", "because"}, "resume": {"model", "key", "because"}}

// readOrder reads an order, and nothing but an order: a key that is mistyped, or that this order has not, would pause the wrong
// thing.
func readOrder(verb string, body []byte) (o order, err error) {
	var keys map[string]json.RawMessage
	err = json.Unmarshal(body, &keys)
	if err == nil {
		err = json.Unmarshal(body, &o)
	}
	if err != nil {
		return o, fmt.Errorf("this is no order: %w", err)
	}
	valid := orderKeys[verb]
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if slices.Contains(valid, key) {
			continue
		}
		hint := "there are " + strings.Join(valid, ", ")
		if near := nearest.Name(key, valid); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return o, fmt.Errorf("there is no key %.40q (%s)", key, hint)
	}
	return o, nil
}

// resume lets a gate's next request try it; a key, or with a whole target all of its keys, be used again.
func (p *Proxy) resume(t *loop.Target, o order) {
	if o.Key != "" || o.Model == "" {
		p.gates.Forgive(t.Identity, o.Key, false)
	}
	if o.Key == "" {
		p.gates.Resume(t.Gate(o.Model))
	}
	p.slog.Info("an operator resumed a gate or a key", "target", t.Name, "model", o.Model, "key", o.Key, "because", o.Because)
}

// fromElsewhere says whether a browser sends this for a page of another origin.
func fromElsewhere(ctx *fasthttp.RequestCtx) bool {
	origin := string(ctx.Request.Header.Peek("Origin"))
	_, host, _ := strings.Cut(origin, "://")
	site := string(ctx.Request.Header.Peek("Sec-Fetch-Site"))
	return origin != "" && host != string(ctx.Host()) || site != "" && site != "same-origin" && site != "none"
}

func refuseAdmin(ctx *fasthttp.RequestCtx, status int, why string) {
	writeJSON(ctx, map[string]string{"error": why})
	ctx.SetStatusCode(status)
}
