package simulate

// Result is a scenario and what came of each contender in it: all that can be shown of a simulation. It holds no wall-clock values.
type Result struct {
	Scenario string `json:"scenario"`
	Title    string `json:"title,omitempty"`
	Story    string `json:"story,omitempty"`
	Seed     uint64 `json:"seed"`
	// DurationMs is for how long clients asked.
	DurationMs int        `json:"durationMs"`
	Faults     []SpanView `json:"faults"`
	// Contenders are in the order in which they were named.
	Contenders []*Report `json:"contenders"`
}

// SpanView is a [Span] in milliseconds since the beginning.
type SpanView struct {
	Target string    `json:"target"`
	Kind   FaultKind `json:"kind"`
	FromMs int       `json:"fromMs"`
	ToMs   int       `json:"toMs"`
}

// NewResult is the result of a scenario's runs.
func NewResult(s *Scenario, reports []*Report) *Result {
	r := &Result{
		Scenario: s.Name, Title: s.Title, Story: s.Story, Seed: s.Seed, DurationMs: ms(s.Duration), Faults: []SpanView{}, Contenders: reports,
	}
	for _, span := range s.Spans() {
		r.Faults = append(r.Faults, SpanView{span.Target, span.Kind, ms(span.From), ms(span.To)})
	}
	return r
}
