package loop

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"spillway/engine"
	"spillway/proxy/clock"
	"spillway/proxy/dialect"
	"spillway/proxy/gate"
	"spillway/proxy/trace"
	"spillway/proxy/translate"
)

// try is one attempt while it is under way.
type try struct {
	*Loop
	x      *Exchange
	send   engine.Send // without what the floors forbid
	target *Target
	model  string // after aliases
	began  time.Time
	sentAt time.Time
	until  time.Time // when its answer must be committed
	permit *gate.Permit
	call   *dialect.Call          // what is sent before its model, max_tokens and body are edited
	across *translate.Translation // nil when the target speaks the client's dialect
	edits  []string

	weigh   func(raw []byte) int // what parts of prompts cost; nil before a trim
	resumed bool                 // the request is trimmed as its tool loop began
	trimmed *plan                // how it was trimmed, where its answer's thinking is bound to that; nil otherwise
	prompt  uint64               // the hash of the client's prompt, when trimmed is set

	gone *clock.Signal // the client hung up, or the other side of a hedge won
	race *race         // nil when there is no hedge
}

// attempt carries out a send: an answer that is committed, and the attempts that came to nothing, in finishing order.
func (l *Loop) attempt(x *Exchange, d *engine.Decision) (*Answer, []*failed) {
	t := &try{Loop: l, x: x, began: l.Clock.Now(), gone: x.Gone}
	t.allow(d.Action.Send)
	out, f := t.prepare()
	if f != nil {
		return nil, []*failed{f}
	}
	if t.send.Hedge != nil {
		return t.hedge(out)
	}
	answer, f := t.exchange(out)
	if f != nil {
		return nil, []*failed{f}
	}
	return answer, nil
}

// allow takes the send without what the caller forbids, and notes that.
func (t *try) allow(send *engine.Send) {
	var leftOut []string
	if t.send, leftOut = t.x.Floors.keep(send); len(leftOut) > 0 {
		t.x.Record.Note(leftOut...)
	}
}

// prepare does all that comes before the send: the wait and the gate among it.
func (t *try) prepare() (out *Outgoing, f *failed) {
	defer func() { t.vacate(out != nil || f != nil) }()
	for _, step := range [...]func() *failed{t.place, t.wait, t.enter} {
		if f := step(); f != nil {
			return nil, f
		}
	}
	if out, f = t.render(); f == nil {
		atomic.AddInt32(&t.x.sends, 1)
	}
	return out, f
}

// exchange sends, and reads the answer up to its commit.
func (t *try) exchange(out *Outgoing) (answer *Answer, f *failed) {
	defer func() { t.vacate(answer != nil || f != nil) }()
	t.sentAt = t.Clock.Now()
	t.join(out)
	in, err := t.target.Sender.Send(out)
	return t.commit(in, err)
}

// vacate gives back the place at the gate when a step came to nothing, by a defect: nobody else does.
func (t *try) vacate(came bool) {
	if !came && t.permit != nil {
		t.permit.Release()
	}
}

// join lets the target join the request's trace. What the policy sets wins.
func (t *try) join(out *Outgoing) {
	if t.x.Trace == nil {
		return
	}
	for _, header := range t.x.Trace.Send(t.target, t.model, t.sentAt) {
		if !slices.ContainsFunc(out.Set, func(own [2]string) bool { return strings.EqualFold(own[0], header[0]) }) {
			out.Set = append(out.Set, header)
		}
	}
}

// place resolves the target and the model, and refuses what cannot be sent there.
func (t *try) place() *failed {
	x, send := t.x, &t.send
	t.target = x.target(send.Target)
	if t.target == nil {
		return t.unfit("there is no target " + send.Target)
	}
	t.liftModel()
	if send.Model == "" {
		send.Model = x.Request.Model
	}
	t.model = t.target.Resolve(send.Model)
	if why := x.fits(t.target); why != "" {
		return t.unfit(why)
	}
	if t.moves() && !x.Call.Outline().Movable {
		return t.unfit("the request is bound to state on a server: it can neither be edited nor sent elsewhere")
	}
	t.call = x.Call
	for _, edit := range [...]func() error{t.disown, t.pauseThinking, t.lighten, t.translate, t.allowBetas} {
		if err := edit(); err != nil {
			return t.unfit(err.Error())
		}
	}
	return nil
}

// liftModel takes a model out of the action's body, so that it goes through aliases and the gate like any other.
func (t *try) liftModel() {
	raw, ok := t.send.Body["model"]
	if !ok {
		return
	}
	var model string
	if json.Unmarshal(raw, &model) == nil && model != "" {
		t.send.Model, t.send.Body = model, without(t.send.Body, "model")
	}
}

// moves says whether the attempt edits the request or takes it to another target than it would have gone to.
func (t *try) moves() bool {
	return t.target != t.x.primary() || t.send.Model != t.x.Request.Model || t.send.MaxTokens > 0 ||
		t.send.Trim != nil || len(t.send.Body) > 0
}

// wait sits out the action's after.
func (t *try) wait() *failed {
	if t.send.After <= 0 {
		return nil
	}
	if left := t.timeLeft(t.x); t.send.After >= left {
		return t.held(engine.ReasonDeadline, fmt.Sprintf("waiting %s does not fit into the %s left",
			t.send.After.Round(time.Millisecond), max(0, left).Round(time.Millisecond)))
	}
	if t.Clock.Wait(t.send.After, t.x.Gone) == 0 {
		return t.held(engine.ReasonDeadline, "the client hung up")
	}
	return nil
}

// enter passes the gate.
func (t *try) enter() *failed {
	x := t.x
	visit := gate.Visit{
		Request: x.Request.ID, Client: x.Request.Client.Name, Priority: x.Request.Client.Priority, Queue: t.send.Queue,
		Deadline: x.Deadline, Gone: t.gone, Resend: t.race != nil || x.sentTo(t.target.Name), MaxConcurrency: t.target.MaxConcurrency,
		Began: x.Began, Tried: x.triedKeys,
	}
	if t.send.Queue > 0 {
		visit.Tokens = x.Request.Bytes / 3
	}
	permit, refusal := t.Gates.Enter(t.target.Gate(t.model), visit)
	if refusal != nil {
		f := t.held(refusal.Reason, refusal.Message)
		f.RetryAfter = refusal.OpensIn
		return f
	}
	t.permit = permit
	return nil
}

// sentTo says whether the request has been sent to the target before. A send that only failed for its key does not count: that
// key is left alone now, and another's is no retry.
func (x *Exchange) sentTo(target string) bool {
	for _, a := range x.attempts {
		if a.Target == target && a.Sent() && !a.OtherKey {
			return true
		}
	}
	return false
}

// render makes what is to be sent, always from the client's own bytes.
func (t *try) render() (*Outgoing, *failed) {
	x := t.x
	edits := dialect.Edits{MaxTokens: t.send.MaxTokens, MaxTokensField: t.target.Server.MaxTokensField, Body: t.send.Body}
	if t.model != x.Request.Model {
		edits.Model = t.model
	}
	body, applied, err := t.call.Render(nil, edits)
	if err == nil {
		err = t.checkMerged(body)
	}
	if err != nil {
		t.settle(gate.Unsent, 0)
		return nil, t.unfit(err.Error())
	}
	t.edits = append(t.edits, applied...)
	now := t.Clock.Now()
	t.until = earlier(x.Deadline, now.Add(orElse(t.send.Timeout, t.target.Timeouts.Total)))
	out := &Outgoing{
		Method: "POST", Path: t.path(), Query: t.query(), Body: body, Header: t.headers(), Set: inOrder(t.send.Headers),
		Key: t.target.Secret(t.permit.Key()), Credential: x.Credential, Until: t.until,
		Gone: t.gone,
	}
	if x.Call.Stream {
		out.FirstEvent = now.Add(t.target.Timeouts.FirstEvent)
	}
	if t.send.Hedge != nil || t.race != nil { // both sides read them at the same time
		out.Header = copied(out.Header)
	}
	return out, nil
}

// inOrder are headers as a policy gave them, by name.
func inOrder(headers map[string]string) [][2]string {
	list := make([][2]string, 0, len(headers))
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		list = append(list, [2]string{name, headers[name]})
	}
	return list
}

// settle tells the gate how the attempt failed, and leaves it.
func (t *try) settle(how gate.FailureKind, retryAfter time.Duration) {
	t.permit.Fail(gate.Failure{Kind: how, RetryAfter: retryAfter})
	t.permit.Release()
}

// unfit is the attempt that this target cannot serve.
func (t *try) unfit(why string) *failed {
	f := t.failedAs(engine.KindEdit)
	f.Reason, f.Retry, f.Message = engine.ReasonUnfit, engine.RetryElsewhere, why
	return f
}

// held is the attempt that something held back before it was sent.
func (t *try) held(reason engine.Reason, why string) *failed {
	f := t.failedAs(engine.KindGate)
	f.Reason, f.Retry, f.Message = reason, engine.RetryElsewhere, why
	return f
}

func (t *try) failedAs(kind engine.Kind) *failed {
	return &failed{
		Attempt: engine.Attempt{
			Target: t.send.Target, Model: t.model, Kind: kind, At: t.began, Took: t.Clock.Now().Sub(t.began), Edits: t.edits,
			Key: t.key(),
		},
	}
}

// ended closes the trace of a request that a target answered.
func (t *try) ended(e trace.End) {
	e.Target, e.Model, e.Edits = t.target.Name, t.model, t.edits
	t.end(t.x, e)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	if otherwise > 0 {
		return otherwise
	}
	return clock.Forever / 4
}
