package table

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"spillway/engine"
)

// Plain is an action in the policy API's words: what decide returned, as maps, slices, strings, float64s and bools. Durations
// are in ms. What the action leaves out is left out here.
func Plain(a engine.Action) map[string]any {
	p := fields{}
	switch {
	case a.Send != nil:
		p.send(a.Send)
	case a.Fail != nil && a.Fail.Last:
		p["fail"] = "last"
	case a.Fail != nil:
		fail := fields{"status": float64(a.Fail.Status), "message": a.Fail.Message}
		fail.text("reason", string(a.Fail.Reason))
		fail.duration("retryAfter", a.Fail.RetryAfter)
		p["fail"] = map[string]any(fail)
	}
	if a.Pause != nil {
		pause := fields{"target": a.Pause.Target}
		pause.text("model", a.Pause.Model)
		pause.duration("for", a.Pause.For)
		p["pause"] = map[string]any(pause)
	}
	if len(a.Count) > 0 {
		count := fields{}
		for name, n := range a.Count {
			count[name] = n
		}
		p["count"] = map[string]any(count)
	}
	p.text("because", a.Because)
	return p
}

// fields is an object under construction.
type fields map[string]any

func (p fields) send(s *engine.Send) {
	p["send"] = s.Target
	p.text("model", s.Model)
	p.duration("after", s.After)
	p.duration("queue", s.Queue)
	p.number("maxTokens", s.MaxTokens)
	p.duration("timeout", s.Timeout)
	if s.Trim != nil {
		p["trim"] = trim(s.Trim)
	}
	if len(s.Headers) > 0 {
		headers := fields{}
		for name, value := range s.Headers {
			headers[name] = value
		}
		p["headers"] = map[string]any(headers)
	}
	if len(s.Body) > 0 {
		body := fields{}
		for name, value := range s.Body {
			var v any
			if json.Unmarshal(value, &v) == nil {
				body[name] = v
			}
		}
		p["body"] = map[string]any(body)
	}
	if s.Hedge != nil {
		hedge := fields{"send": s.Hedge.Target}
		hedge.text("model", s.Hedge.Model)
		hedge.duration("after", s.Hedge.After)
		p["hedge"] = map[string]any(hedge)
	}
}

func trim(t *engine.Trim) map[string]any {
	p := fields{}
	if t.KeepToolResults != nil {
		p["keepToolResults"] = float64(*t.KeepToolResults)
	}
	if t.KeepTurns != nil {
		p["keepTurns"] = float64(*t.KeepTurns)
	}
	if len(t.Except) > 0 {
		except := make([]any, len(t.Except))
		for i, tool := range t.Except {
			except[i] = tool
		}
		p["except"] = except
	}
	if t.DropThinking {
		p["dropThinking"] = true
	}
	p.number("minTokens", t.MinTokens)
	p.number("to", t.To)
	p.text("placeholder", t.Placeholder)
	p.text("images", t.Images)
	return p
}

func (p fields) text(key, value string) {
	if value != "" {
		p[key] = value
	}
}

func (p fields) number(key string, value int) {
	if value != 0 {
		p[key] = float64(value)
	}
}

func (p fields) duration(key string, value time.Duration) {
	if value != 0 {
		p[key] = float64(value) / float64(time.Millisecond)
	}
}

// vocabulary lists the keys of an action and of the objects in it, for tables with a typo. Objects that are not here
// (headers, body, count) may have any keys.
var vocabulary = map[string][]string{
	"":      {"send", "fail", "model", "after", "queue", "maxTokens", "trim", "timeout", "headers", "body", "hedge", "pause", "count", "because"},
	"fail":  {"status", "reason", "message", "retryAfter"},
	"pause": {"target", "model", "for"},
	"trim":  {"keepToolResults", "minTokens", "except", "placeholder", "dropThinking", "keepTurns", "to", "images"},
	"hedge": {"after", "send", "model"},
}

// checkKeys reports keys of a wanted action that no action has.
func checkKeys(want map[string]any, problems *[]problem) {
	check := func(object string, value map[string]any) {
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if !slices.Contains(vocabulary[object], key) {
				*problems = append(*problems, problem{
					path: join(join("want", object), key), message: "no action has this key", hint: meant(key, vocabulary[object]),
				})
			}
		}
	}
	check("", want)
	for _, object := range slices.Sorted(maps.Keys(vocabulary)) {
		if inner, ok := want[object].(map[string]any); ok && object != "" {
			check(object, inner)
		}
	}
}
