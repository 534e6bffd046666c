package runtime

import (
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/dop251/goja"

	"spillway/engine"
	"spillway/engine/script"
)

// draft is an action while it is read.
type draft struct {
	engine.Action
	send     engine.Send
	sendOnly string // a key that goes only with send, "" when there is none
}

// action reads the result of decide. It is the zero Action when anything is wrong; r then says what.
func (r *reader) action(v goja.Value) engine.Action {
	object, ok := v.(*goja.Object)
	switch {
	case isPromise(v):
		r.note("decide returned a promise", script.WaitHint)
	case v == nil || goja.IsUndefined(v) || goja.IsNull(v):
		r.note("decide returned nothing on this path", "return { send: … } or { fail: … } at the end of every path")
	case !ok || object.ClassName() == "Array" || object.ClassName() == "Function":
		r.note("decide returned "+show(v)+" instead of an action", "return { send: … } or { fail: … }")
	}
	if r.message != "" {
		return engine.Action{}
	}
	var d draft
	fill(r, object, &d, actionMembers)
	r.check(&d)
	if r.message != "" {
		return engine.Action{}
	}
	return d.Action
}

func isPromise(v goja.Value) bool {
	object, ok := v.(*goja.Object)
	return ok && object.ExportType() == promiseType
}

var promiseType = reflect.TypeFor[*goja.Promise]()

// check looks at what keys say together.
func (r *reader) check(d *draft) {
	switch {
	case d.Send != nil && d.Fail != nil:
		r.note("action has both send and fail", "return exactly one of them")
	case d.Send == nil && d.Fail == nil:
		r.note("action has neither send nor fail", "return exactly one of them")
	case d.Fail != nil && d.sendOnly != "":
		r.path = d.sendOnly
		r.note(strconv.Quote(d.sendOnly)+" goes with send, not with fail", "")
	case d.Fail != nil && d.Fail.Last && r.attempts == 0:
		r.note(`fail: "last" without an attempt`, "nothing has been tried yet: send first, or fail with { status, message }")
	}
}

// actionMembers are the keys of an action.
var actionMembers = slices.Concat([]member[draft]{
	{"send", func(r *reader, d *draft, v goja.Value) {
		d.Send = &d.send
		d.send.Target = r.target(v)
	}},
	{"fail", (*reader).fail},
	{"pause", (*reader).pause},
	{"count", (*reader).count},
	{"because", func(r *reader, d *draft, v goja.Value) { d.Because = r.anyText(v) }},
}, sendOnly(sendMembers))

// sendMembers are the keys that go only with send.
var sendMembers = []member[engine.Send]{
	{"model", func(r *reader, s *engine.Send, v goja.Value) { s.Model = r.text(v) }},
	{"after", func(r *reader, s *engine.Send, v goja.Value) { s.After = r.duration(v) }},
	{"queue", func(r *reader, s *engine.Send, v goja.Value) { s.Queue = r.duration(v) }},
	{"maxTokens", func(r *reader, s *engine.Send, v goja.Value) { s.MaxTokens = r.whole(v, 1, math.MaxInt32) }},
	{"trim", (*reader).trim},
	{"timeout", func(r *reader, s *engine.Send, v goja.Value) { s.Timeout = r.duration(v) }},
	{"headers", (*reader).headers},
	{"body", (*reader).body},
	{"hedge", (*reader).hedge},
}

// sendOnly makes keys of a send keys of an action, and notes that one was there.
func sendOnly(members []member[engine.Send]) []member[draft] {
	lifted := make([]member[draft], len(members))
	for i, m := range members {
		lifted[i] = member[draft]{m.key, func(r *reader, d *draft, v goja.Value) {
			d.sendOnly = m.key
			m.set(r, &d.send, v)
		}}
	}
	return lifted
}

var pauseMembers = []member[engine.Pause]{
	{"target", func(r *reader, p *engine.Pause, v goja.Value) { p.Target = r.target(v) }},
	{"model", func(r *reader, p *engine.Pause, v goja.Value) { p.Model = r.text(v) }},
	{"for", func(r *reader, p *engine.Pause, v goja.Value) { p.For = r.duration(v) }},
}

func (r *reader) pause(d *draft, v goja.Value) {
	if object := r.object(v); object != nil {
		d.Pause = &engine.Pause{}
		fill(r, object, d.Pause, pauseMembers)
		r.require(object, "target", "for")
	}
}

func (r *reader) count(d *draft, v goja.Value) {
	object := r.object(v)
	if object == nil {
		return
	}
	d.Count = make(map[string]float64)
	r.each(object, func(name string, v goja.Value) {
		n, ok := number(v)
		if !ok {
			r.wrong(v, "a finite number", "")
		}
		d.Count[name] = n
	})
}

var failureMembers = []member[engine.Fail]{
	{"status", func(r *reader, f *engine.Fail, v goja.Value) { f.Status = r.whole(v, 400, 599) }},
	{"reason", func(r *reader, f *engine.Fail, v goja.Value) { f.Reason = engine.Reason(r.oneOf(v, reasons)) }},
	{"message", func(r *reader, f *engine.Fail, v goja.Value) { f.Message = r.text(v) }},
	{"retryAfter", func(r *reader, f *engine.Fail, v goja.Value) { f.RetryAfter = r.duration(v) }},
}

var reasons = func() (names []string) {
	for _, reason := range engine.Reasons {
		names = append(names, string(reason))
	}
	return names
}()

func (r *reader) fail(d *draft, v goja.Value) {
	d.Fail = &engine.Fail{}
	if goja.IsString(v) {
		d.Fail.Last = true
		if v.String() != "last" {
			r.wrong(v, `"last" or an object { status, message }`, "")
		}
		return
	}
	if object := r.object(v); object != nil {
		fill(r, object, d.Fail, failureMembers)
		r.require(object, "status", "message")
	}
}
