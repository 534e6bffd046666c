package simulate

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"spillway/engine"
	"spillway/proxy/form"
	"spillway/proxy/gate"
)

// maxRequests is how many requests one run may make.
const maxRequests = 5_000_000

// Scenario is a scenario that was found good. It is never changed after [Parse], so it may be used from any goroutine.
type Scenario struct {
	// Name is the file's, without directory and extension.
	Name string
	// Title says in a line what happens, and Story what to look at; "" when absent.
	Title, Story string
	// Duration is for how long clients ask. What is under way then goes on to its end.
	Duration time.Duration
	// Seed decides everything that is left to chance.
	Seed uint64

	vars     map[string]any
	deadline time.Duration
	limits   gate.Settings
	targets  []target
	clients  []client
}

// Parse reads the text of a scenario. file names it in faults. Either the scenario or the faults, in the order of the file, are nil.
func Parse(file string, text []byte) (*Scenario, engine.Faults) {
	name := path.Base(strings.ReplaceAll(file, `\`, "/"))
	s := &Scenario{
		Name: strings.TrimSuffix(name, path.Ext(name)), Duration: 10 * time.Minute, Seed: 1, deadline: 10 * time.Minute,
		limits: gate.Settings{QueueRequests: 10_000, QueueTokens: 200_000_000, RetryBudget: 0.2},
	}
	read := false
	faults := form.Parse(file, string(text), nil, func(r *form.Report, root *form.Node) {
		read = true
		s.read(r, root)
	})
	if len(faults) == 0 && !read {
		const hint = "it has at least `targets` and `clients`"
		faults = engine.Faults{{Position: engine.Position{File: file}, Message: "the scenario is empty", Hint: hint}}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return s, nil
}

// WithSeed is the scenario with other chances.
func (s *Scenario) WithSeed(seed uint64) *Scenario {
	other := *s
	other.Seed = seed
	return &other
}

// WithVars is the scenario with other vars.
func (s *Scenario) WithVars(vars map[string]any) *Scenario {
	other := *s
	other.vars = vars
	return &other
}

func (s *Scenario) read(r *form.Report, root *form.Node) {
	section := form.Open(r, root)
	form.Read(section, "title", &s.Title, form.ReadText)
	form.Read(section, "story", &s.Story, form.ReadText)
	lasts := form.Scalar(section, "duration", &s.Duration, duration)
	if lasts != nil && lasts.Broken {
		s.Duration = maxDuration // of which nobody can say what is too late
	}
	form.Scalar(section, "seed", &s.Seed, wholeNumber)
	form.Read(section, "vars", &s.vars, form.ReadTree)
	form.Scalar(section, "deadline", &s.deadline, duration)
	form.Read(section, "limits", &s.limits, s.readLimits)
	targets := form.Read(section, "targets", &s.targets, s.readTargets)
	clients := form.Read(section, "clients", &s.clients, s.readClients)
	section.Close()
	if root.Kind != form.IsMapping {
		return
	}
	if targets == nil || targets.Kind == form.IsMapping && len(targets.Fields) == 0 {
		section.Missing(root, "targets", "describe at least one target to send to")
	}
	if clients == nil || clients.Kind == form.IsMapping && len(clients.Fields) == 0 {
		section.Missing(root, "clients", "describe at least one kind of client that asks")
	}
	s.checkSize(r, root, lasts)
	s.checkNames(r, targets, clients)
}

func (s *Scenario) readLimits(r *form.Report, n *form.Node) (gate.Settings, bool) {
	l := s.limits
	section := form.Open(r, n)
	form.Scalar(section, "queue", &l.QueueRequests, form.Count)
	form.Scalar(section, "queue_tokens", &l.QueueTokens, form.Count)
	form.Scalar(section, "retry_budget", &l.RetryBudget, form.Percent)
	return l, section.Close()
}

// checkSize reports a scenario that would run for hours.
func (s *Scenario) checkSize(r *form.Report, root, lasts *form.Node) {
	var requests float64
	for i := range s.clients {
		requests += s.clients[i].asks(s.Duration)
	}
	if requests <= maxRequests {
		return
	}
	if lasts == nil {
		lasts = root
	}
	message := fmt.Sprintf("the clients would make about %.0f requests, and %d are the most", requests, maxRequests)
	r.Fault(lasts, form.Wrong(message, "simulate a shorter time, or lower rates"))
}

// begins reports what begins when the scenario is over.
func (s *Scenario) begins(r *form.Report, at *form.Node, from *time.Duration) {
	if at != nil && *from >= s.Duration {
		r.Fault(at, form.Wrong("the scenario is over by then: it lasts "+plainly(s.Duration.String()), "let it begin sooner, or lengthen `duration`"))
	}
}

func wholeNumber(text string) (uint64, *form.Problem) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, form.Wrong("is no whole number", "")
	}
	return n, nil
}

// home is where requests of a dialect go when there is no proxy: the first target that speaks it.
func (s *Scenario) home(dialect engine.API) *target {
	for i := range s.targets {
		if s.targets[i].Dialect == dialect {
			return &s.targets[i]
		}
	}
	return nil
}

// Span is a time at which something is wrong with a target, since the beginning.
type Span struct {
	Target   string
	Kind     FaultKind
	From, To time.Duration
}

// Spans are the times at which something is wrong, by target in the order of the file.
func (s *Scenario) Spans() (spans []Span) {
	for i := range s.targets {
		for j := range s.targets[i].faults {
			f := &s.targets[i].faults[j]
			for _, span := range f.spans(s.Duration) {
				spans = append(spans, Span{s.targets[i].Name, f.Kind, span[0], span[1]})
			}
		}
	}
	return spans
}
