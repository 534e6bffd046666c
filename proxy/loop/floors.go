package loop

import (
	"strings"

	"spillway/engine"
	"spillway/proxy/config"
	"spillway/proxy/dialect"
)

// Floors are what the caller forbids; they win over any policy. The zero value forbids nothing.
type Floors struct {
	Model, Trim, MaxTokens, Translate, Target bool
}

// Parse adds the words of x-spillway-forbid, separated by commas. unknown is the first that is none, "" when all are.
func (f *Floors) Parse(words string) (unknown string) {
	for word := range strings.SplitSeq(words, ",") {
		if word = strings.ToLower(strings.TrimSpace(word)); word != "" && !f.Forbid(config.Floor(word)) && unknown == "" {
			unknown = word
		}
	}
	return unknown
}

// Forbid adds a floor. It is false when there is no such floor.
func (f *Floors) Forbid(floor config.Floor) bool {
	switch floor {
	case config.FloorModel:
		f.Model = true
	case config.FloorTrim:
		f.Trim = true
	case config.FloorMaxTokens:
		f.MaxTokens = true
	case config.FloorTranslate:
		f.Translate = true
	case config.FloorTarget:
		f.Target = true
	default:
		return false
	}
	return true
}

// floorOf is the floor under each field of a body that an action's body may merge; other fields have none.
var floorOf = map[string]func(Floors) bool{
	"model":                 func(f Floors) bool { return f.Model },
	"max_tokens":            func(f Floors) bool { return f.MaxTokens },
	"max_completion_tokens": func(f Floors) bool { return f.MaxTokens },
	"max_output_tokens":     func(f Floors) bool { return f.MaxTokens },
	"messages":              func(f Floors) bool { return f.Trim },
	"input":                 func(f Floors) bool { return f.Trim },
	"system":                func(f Floors) bool { return f.Trim },
	"tools":                 func(f Floors) bool { return f.Trim },
}

// keep leaves out of a send the edits that the floors forbid, and says which. send is not changed.
func (f Floors) keep(send *engine.Send) (allowed engine.Send, notes []string) {
	allowed = *send
	if f == (Floors{}) {
		return allowed, nil
	}
	drop := func(name string) { notes = append(notes, "left out, forbidden by the caller: "+name) }
	if f.Model && allowed.Model != "" {
		allowed.Model = ""
		drop("model")
	}
	if f.MaxTokens && allowed.MaxTokens != 0 {
		allowed.MaxTokens = 0
		drop("max_tokens")
	}
	if f.Trim && allowed.Trim != nil {
		allowed.Trim = nil
		drop("trim")
	}
	for name := range send.Body {
		if floor := floorOf[name]; floor != nil && floor(f) {
			allowed.Body = without(allowed.Body, name)
			drop("body " + name)
		}
	}
	return allowed, notes
}

func without[V any](m map[string]V, name string) map[string]V {
	rest := make(map[string]V, len(m))
	for k, v := range m {
		if k != name {
			rest[k] = v
		}
	}
	return rest
}

// fits is why a target cannot serve the request, "" when it can.
func (x *Exchange) fits(t *Target) string {
	switch {
	case t.Dialect != x.Request.API && x.Floors.Translate:
		return "the caller forbids translation, and the target speaks " + string(t.Dialect)
	case t.Dialect != x.Request.API && x.Call.Endpoint == dialect.Responses:
		return "the target speaks " + string(t.Dialect) + ", and responses do not cross dialects"
	case t.Dialect != x.Request.API && !t.HasKey():
		return "the target has no key of its own, and the caller's is for another dialect"
	case !t.Accepts():
		return "the target has no key of its own, and the caller's may not be shown to it"
	case x.Floors.Target:
		return x.forbidden(t)
	}
	return ""
}

// forbidden is why a caller who forbids other targets forbids this one.
func (x *Exchange) forbidden(t *Target) string {
	switch primary := x.primary(); {
	case t == primary:
		return ""
	case primary == nil:
		return "the caller forbids another target than one of its own dialect, and no such target may be used"
	default:
		return "the caller forbids another target than " + primary.Name
	}
}

// primary is where the request goes when nobody decides: the first target of its dialect with a usable credential.
// It is nil when there is none.
func (x *Exchange) primary() *Target {
	for _, t := range x.Targets {
		if t.Dialect == x.Request.API && t.Accepts() {
			return t
		}
	}
	return nil
}
