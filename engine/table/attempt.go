package table

import (
	"fmt"
	"time"

	"spillway/engine"
)

// usual is how failures with a reason usually come about, and what is safe after them: what an attempt in a row means
// when it names no more than its reason.
var usual = map[engine.Reason]engine.Attempt{
	engine.ReasonOverloaded:     {Kind: engine.KindHTTP, Status: 529, Retry: engine.RetrySame},
	engine.ReasonRateLimit:      {Kind: engine.KindHTTP, Status: 429, Retry: engine.RetrySame},
	engine.ReasonSpendLimit:     {Kind: engine.KindHTTP, Status: 429, Retry: engine.RetryElsewhere},
	engine.ReasonTimeout:        {Kind: engine.KindTimeout, Retry: engine.RetrySame},
	engine.ReasonConnection:     {Kind: engine.KindConnect, Retry: engine.RetrySame},
	engine.ReasonServer:         {Kind: engine.KindHTTP, Status: 500, Retry: engine.RetrySame},
	engine.ReasonAuth:           {Kind: engine.KindHTTP, Status: 401, Retry: engine.RetryElsewhere},
	engine.ReasonBilling:        {Kind: engine.KindHTTP, Status: 402, Retry: engine.RetryElsewhere},
	engine.ReasonPermission:     {Kind: engine.KindHTTP, Status: 403, Retry: engine.RetryElsewhere},
	engine.ReasonNotFound:       {Kind: engine.KindHTTP, Status: 404, Retry: engine.RetryElsewhere},
	engine.ReasonInvalid:        {Kind: engine.KindHTTP, Status: 400, Retry: engine.RetryNever},
	engine.ReasonTooLarge:       {Kind: engine.KindHTTP, Status: 413, Retry: engine.RetryElsewhere},
	engine.ReasonContextTooLong: {Kind: engine.KindHTTP, Status: 400, Retry: engine.RetryElsewhere},
	engine.ReasonRefused:        {Kind: engine.KindHTTP, Status: 400, Retry: engine.RetryElsewhere},
	engine.ReasonPaused:         {Kind: engine.KindGate, Retry: engine.RetryElsewhere},
	engine.ReasonQueueTimeout:   {Kind: engine.KindGate, Retry: engine.RetryElsewhere},
	engine.ReasonQueueFull:      {Kind: engine.KindGate, Retry: engine.RetryElsewhere},
	engine.ReasonBudget:         {Kind: engine.KindGate, Retry: engine.RetryElsewhere},
	engine.ReasonDeadline:       {Kind: engine.KindGate, Retry: engine.RetryElsewhere},
	engine.ReasonUnfit:          {Kind: engine.KindEdit, Retry: engine.RetryElsewhere},
}

// readAttempt reads an attempt; what it leaves out is that of an overload, just now, where the request goes first.
func readAttempt(o *object, request *engine.Request, targets []engine.Target, now time.Time) engine.Attempt {
	reason := engine.ReasonOverloaded
	text(o, "reason", &reason, engine.Reasons[:]...)
	a := usual[reason]
	a.Reason, a.Model = reason, request.Model
	target := home(request.API, targets)
	if a.Target = target.Name; o.value["target"] != nil {
		text(o, "target", &a.Target, names(targets)...)
		target = named(a.Target, targets)
	}
	text(o, "model", &a.Model)
	a.Model = resolve(target, a.Model)
	number(o, "status", &a.Status)
	text(o, "code", &a.Code)
	text(o, "key", &a.Key)
	if o.flag("otherKey", &a.OtherKey); a.OtherKey {
		a.Retry = engine.RetrySame
	}
	text(o, "message", &a.Message)
	text(o, "retry", &a.Retry, engine.RetrySame, engine.RetryElsewhere, engine.RetryNever)
	text(o, "kind", &a.Kind, engine.KindHTTP, engine.KindConnect, engine.KindTimeout, engine.KindStream, engine.KindGate, engine.KindEdit)
	o.duration("retryAfter", &a.RetryAfter)
	o.duration("ms", &a.Took)
	a.At = now.Add(-a.Took)
	o.moment("at", &a.At)
	for i, value := range o.list("edits") {
		edit, ok := value.(string)
		if !ok {
			o.fault(fmt.Sprintf("%s[%d]", o.at("edits"), i), "must be a string, not "+show(value), "")
		}
		a.Edits = append(a.Edits, edit)
	}
	o.end()
	return a
}

// home is the first target that speaks a dialect; the zero Target when none does.
func home(api engine.API, targets []engine.Target) engine.Target {
	for _, t := range targets {
		if t.Dialect == api {
			return t
		}
	}
	return engine.Target{}
}

func named(name string, targets []engine.Target) engine.Target {
	for _, t := range targets {
		if t.Name == name {
			return t
		}
	}
	return engine.Target{}
}

func names(targets []engine.Target) []string {
	list := make([]string, len(targets))
	for i, t := range targets {
		list[i] = t.Name
	}
	return list
}

// resolve is the model's name behind an alias.
func resolve(t engine.Target, model string) string {
	if name, ok := t.Models[model]; ok {
		return name
	}
	return model
}
