package proxy

import (
	"fmt"
	"time"

	"spillway/engine"
	"spillway/proxy/cost"
	"spillway/proxy/gate"
	"spillway/proxy/trace"
)

// The shapes below are the admin API's JSON. Durations are milliseconds, as policies write them.

type fault struct {
	At      string   `json:"at,omitempty"`
	Message string   `json:"message"`
	Hint    string   `json:"hint,omitempty"`
	Frame   string   `json:"frame"`
	Stack   []string `json:"stack,omitempty"`
}

func faultViews(faults engine.Faults) []fault {
	views := make([]fault, len(faults))
	for i, f := range faults {
		views[i] = *viewFault(f)
	}
	return views
}

func viewFault(f *engine.Fault) *fault {
	if f == nil {
		return nil
	}
	return &fault{At: f.Position.String(), Message: f.Message, Hint: f.Hint, Frame: f.Frame(), Stack: f.Stack}
}

type gateView struct {
	Model     string  `json:"model"`
	Whole     bool    `json:"whole,omitempty"` // the whole target's own pause
	State     string  `json:"state"`
	Until     string  `json:"until,omitempty"`
	Why       string  `json:"why,omitempty"`
	Policy    string  `json:"policy,omitempty"`
	At        string  `json:"at,omitempty"`
	Request   string  `json:"request,omitempty"`
	Pauses    int     `json:"pauses"`
	Overloads int     `json:"overloads"`
	ErrorRate float64 `json:"errorRate"`
	InFlight  int     `json:"inFlight"`
	Limit     int     `json:"limit"`
	Queued    int     `json:"queued"`
	// Mismatches is how many answers were not as asked for.
	Mismatches int     `json:"mismatches"`
	P50        float64 `json:"p50"`
	P95        float64 `json:"p95"`
}

func viewGate(s gate.State) gateView {
	h := s.Health
	view := gateView{
		Model: s.Key.Model, Whole: s.Whole, State: string(s.Phase), Pauses: h.Pauses, Overloads: h.Overloads, ErrorRate: h.ErrorRate,
		InFlight: h.InFlight, Limit: h.Limit, Queued: h.Queued, Mismatches: h.Mismatches, P50: ms(h.P50), P95: ms(h.P95),
	}
	if s.Phase == gate.Paused || s.Phase == gate.Probing {
		c := s.Cause
		view.Why, view.Policy, view.At, view.Request = c.Because, c.Policy, c.At.String(), c.RequestID
		switch {
		case c.Operator:
			view.Policy = "operator"
		case c.Keys:
			view.Policy = "keys"
		}
	}
	if !s.Until.IsZero() {
		view.Until = stamp(s.Until)
	}
	return view
}

type request struct {
	ID           string       `json:"id"`
	Began        string       `json:"began"`
	API          engine.API   `json:"api"`
	Path         string       `json:"path"`
	Model        string       `json:"model"`
	Stream       bool         `json:"stream"`
	Client       string       `json:"client,omitempty"`
	Policy       string       `json:"policy"`
	Outcome      string       `json:"outcome"`
	Status       int          `json:"status,omitempty"`
	Target       string       `json:"target,omitempty"`
	ServedModel  string       `json:"servedModel,omitempty"`
	Edits        []string     `json:"edits,omitempty"`
	Sends        int          `json:"sends"`
	Tried        string       `json:"tried,omitempty"` // where the steps are left out: the failures, as "claude:overloaded"
	FirstContent float64      `json:"firstContent,omitempty"`
	Took         float64      `json:"took,omitempty"`
	Usage        *trace.Usage `json:"usage,omitempty"`
	Cost         *cost.Cost   `json:"cost,omitempty"` // absent where no price is known
	Message      string       `json:"message,omitempty"`
	Mismatches   []string     `json:"mismatches,omitempty"`
	Steps        []step       `json:"steps,omitempty"`
}

type step struct {
	At      float64        `json:"at"`
	Policy  string         `json:"line,omitempty"`
	Chose   map[string]any `json:"chose,omitempty"`
	Because string         `json:"because,omitempty"`
	Saw     map[string]any `json:"saw,omitempty"`
	Took    float64        `json:"took"`
	// Recalled says that the policy was not called, since it had decided before about a request that looked the same to it.
	Recalled bool           `json:"recalled,omitempty"`
	Outcome  engine.Outcome `json:"outcome"`
	Fault    *fault         `json:"fault,omitempty"`
	Notes    []string       `json:"notes,omitempty"`
	Failed   []attempt      `json:"failed,omitempty"`
}

type attempt struct {
	Target     string        `json:"target"`
	Model      string        `json:"model"`
	Kind       engine.Kind   `json:"kind"`
	Status     int           `json:"status,omitempty"`
	Reason     engine.Reason `json:"reason"`
	Retry      engine.Retry  `json:"retry"`
	Code       string        `json:"code,omitempty"`
	Message    string        `json:"message,omitempty"`
	RetryAfter float64       `json:"retryAfter,omitempty"`
	Took       float64       `json:"ms"`
	Edits      []string      `json:"edits,omitempty"`
	Key        string        `json:"key,omitempty"`
	OtherKey   bool          `json:"otherKey,omitempty"`
}

func (p *Proxy) requestsView(limit int) any {
	if limit <= 0 {
		limit = 50
	}
	views := []request{}
	for _, r := range p.log.Recent(limit) {
		views = append(views, requestView(r, true))
	}
	return map[string]any{"requests": views}
}

func requestView(r *trace.Record, steps bool) request {
	end := r.End()
	view := request{
		ID: r.ID, Began: stamp(r.Began), API: r.API, Path: r.Path, Model: r.Model, Stream: r.Stream, Client: r.Client,
		Policy: r.Policy + "@" + r.Revision, Outcome: "running",
	}
	if end.Outcome != "" {
		view.Outcome, view.Status, view.Target, view.ServedModel = string(end.Outcome), end.Status, end.Target, end.Model
		view.Edits, view.Sends, view.Message = end.Edits, end.Sends, end.Message
		for _, m := range end.Mismatches {
			view.Mismatches = append(view.Mismatches, m.Message)
		}
		view.FirstContent, view.Took = ms(end.FirstContent), ms(end.At.Sub(r.Began))
		if end.Usage != (trace.Usage{}) {
			view.Usage = &end.Usage
			if end.Cost.Known {
				view.Cost = &end.Cost
			}
		}
	}
	if steps {
		for _, s := range r.Steps() {
			view.Steps = append(view.Steps, viewStep(r, s))
		}
	}
	return view
}

func viewStep(r *trace.Record, s trace.Step) step {
	d := s.Decision
	view := step{
		At: ms(s.At.Sub(r.Began)), Policy: d.At.String(), Because: d.Action.Because, Took: ms(d.Took), Recalled: d.Recalled, Outcome: d.Outcome,
		Fault: viewFault(d.Fault), Notes: s.Notes, Chose: viewAction(d.Action),
	}
	if len(d.Reads) > 0 {
		view.Saw = make(map[string]any, len(d.Reads))
		for _, read := range d.Reads {
			view.Saw[read.Name] = read.Value
		}
	}
	for _, a := range s.Attempts {
		view.Failed = append(view.Failed, attempt{
			Target: a.Target, Model: a.Model, Kind: a.Kind, Status: a.Status, Reason: a.Reason, Retry: a.Retry, Code: a.Code,
			Message: a.Message, RetryAfter: ms(a.RetryAfter), Took: ms(a.Took), Edits: a.Edits, Key: a.Key, OtherKey: a.OtherKey,
		})
	}
	return view
}

// viewAction is an action in the policy API's words.
func viewAction(a engine.Action) map[string]any {
	view := map[string]any{}
	if s := a.Send; s != nil {
		view["send"] = s.Target
		put(view, "model", s.Model)
		put(view, "after", ms(s.After))
		put(view, "queue", ms(s.Queue))
		put(view, "maxTokens", s.MaxTokens)
		put(view, "timeout", ms(s.Timeout))
		if s.Trim != nil {
			view["trim"] = viewTrim(s.Trim)
		}
		if len(s.Headers) > 0 {
			view["headers"] = names(s.Headers)
		}
		if len(s.Body) > 0 {
			view["body"] = names(s.Body)
		}
		if s.Hedge != nil {
			view["hedge"] = map[string]any{"send": s.Hedge.Target, "after": ms(s.Hedge.After)}
		}
	}
	if f := a.Fail; f != nil {
		view["fail"] = "last"
		if !f.Last {
			view["fail"] = fmt.Sprintf("%d %s", f.Status, f.Message)
		}
	}
	if p := a.Pause; p != nil {
		view["pause"] = map[string]any{"target": p.Target, "model": p.Model, "for": ms(p.For)}
	}
	if len(a.Count) > 0 {
		view["count"] = a.Count
	}
	return view
}

func viewTrim(t *engine.Trim) map[string]any {
	view := map[string]any{}
	if t.KeepToolResults != nil {
		view["keepToolResults"] = *t.KeepToolResults
	}
	if t.KeepTurns != nil {
		view["keepTurns"] = *t.KeepTurns
	}
	if len(t.Except) > 0 {
		view["except"] = t.Except
	}
	put(view, "dropThinking", t.DropThinking)
	put(view, "images", t.Images)
	put(view, "to", t.To)
	put(view, "minTokens", t.MinTokens)
	return view
}

func put[T comparable](view map[string]any, name string, value T) {
	if value != *new(T) {
		view[name] = value
	}
}

// names are the keys of what may hold text of the caller's.
func names[V any](m map[string]V) []string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	return list
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
