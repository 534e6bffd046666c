package runtime

import (
	"github.com/dop251/goja"

	"spillway/engine"
)

// pastAttempt is an attempt with its place among those of the request.
type pastAttempt struct {
	*engine.Attempt
	place int
}

// attemptShape is one element of the second argument of decide. Attempts are not recorded: they are the decision's input. Only
// that a target's message was read is, since it may quote the prompt.
var attemptShape = newShape("attempt", false, []field[pastAttempt]{
	{name: "target", read: func(_ *call, a pastAttempt) any { return a.Target }},
	{name: "model", read: func(_ *call, a pastAttempt) any { return a.Model }},
	{name: "status", read: func(_ *call, a pastAttempt) any {
		if a.Status == 0 {
			return nil
		}
		return a.Status
	}},
	{name: "reason", read: func(_ *call, a pastAttempt) any { return string(a.Reason) }},
	{name: "code", read: func(_ *call, a pastAttempt) any { return a.Code }},
	{name: "message", unique: true, read: func(c *call, a pastAttempt) any {
		if a.Message != "" && !c.hasSeen("attempt.message") {
			c.sawSecret("attempt.message", []byte(a.Message))
		}
		return a.Message
	}},
	{name: "retry", read: func(_ *call, a pastAttempt) any { return string(a.Retry) }},
	{name: "retryAfter", read: func(_ *call, a pastAttempt) any { return orNull(a.RetryAfter) }},
	{name: "ms", unique: true, read: func(_ *call, a pastAttempt) any { return milliseconds(a.Took) }},
	{name: "at", unique: true, read: func(_ *call, a pastAttempt) any { return a.At.UnixMilli() }},
	{name: "kind", read: func(_ *call, a pastAttempt) any { return string(a.Kind) }},
	{name: "key", read: func(_ *call, a pastAttempt) any { return a.Key }},
	{name: "otherKey", read: func(_ *call, a pastAttempt) any { return a.OtherKey }},
	{name: "edits", unique: true, read: func(c *call, a pastAttempt) any { return c.texts(a.Edits) }},
}...).asking(func(a pastAttempt) question { return question{of: ofAttempt, place: a.place} })

// attempts is the second argument of decide: a frozen array of views of copies.
func (i *instance) attempts(list []engine.Attempt) goja.Value {
	if len(list) == 0 {
		return i.noAttempts
	}
	copies := append([]engine.Attempt(nil), list...)
	items := make([]any, len(copies))
	for n := range copies {
		items[n] = part[pastAttempt]{attemptShape, pastAttempt{&copies[n], n}}.open(&i.call)
	}
	return i.call.frozen(i.vm.NewArray(items...))
}

// texts is a frozen array of strings.
func (c *call) texts(list []string) goja.Value {
	items := make([]any, len(list))
	for n := range list {
		items[n] = list[n]
	}
	return c.frozen(c.vm.NewArray(items...))
}
