package proxy

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"spillway/engine"
	"spillway/engine/table"
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
	Estimated    bool         `json:"estimated,omitempty"` // usage, by the length of what came
	Cost         *cost.Cost   `json:"cost,omitempty"`      // absent where no price is known
	Message      string       `json:"message,omitempty"`
	Mismatches   []string     `json:"mismatches,omitempty"`
	Steps        []step       `json:"steps,omitempty"`
}

type step struct {
	At      float64        `json:"at"`
	Policy  string         `json:"line,omitempty"`
	Source  string         `json:"source,omitempty"` // the text of that line
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
	// Row is the decision as a row of a table of tests; only where one request is asked for.
	Row string `json:"row,omitempty"`
}

type attempt struct {
	At         float64       `json:"at"`
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
			view.Usage, view.Estimated = &end.Usage, end.Estimated
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
		At: ms(s.At.Sub(r.Began)), Policy: d.At.String(), Source: r.Line(d.At),
		Because: d.Action.Because, Took: ms(d.Took), Recalled: d.Recalled, Outcome: d.Outcome,
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
			At: ms(a.At.Sub(r.Began)), Target: a.Target, Model: a.Model, Kind: a.Kind, Status: a.Status, Reason: a.Reason, Retry: a.Retry, Code: a.Code,
			Message: a.Message, RetryAfter: ms(a.RetryAfter), Took: ms(a.Took), Edits: a.Edits, Key: a.Key, OtherKey: a.OtherKey,
		})
	}
	return view
}

// viewAction is an action in the policy API's words. Of what may hold text of the caller's only the names are told.
func viewAction(a engine.Action) map[string]any {
	view := table.Plain(a)
	delete(view, "because") // which stands beside it
	if a.Send != nil && len(a.Send.Headers) > 0 {
		view["headers"] = slices.Sorted(maps.Keys(a.Send.Headers))
	}
	if a.Send != nil && len(a.Send.Body) > 0 {
		view["body"] = slices.Sorted(maps.Keys(a.Send.Body))
	}
	if f := a.Fail; f != nil && !f.Last {
		view["fail"] = fmt.Sprintf("%d %s", f.Status, f.Message)
	}
	return view
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
