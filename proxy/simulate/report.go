package simulate

import (
	"slices"
	"time"

	"spillway/engine"
)

// Figures count what became of requests. Two runs with one seed have the same, to the last digit.
type Figures struct {
	// Requests is what applications asked, SDKs' own retries not counted; the next four add up to it.
	Requests int `json:"requests"`
	// Served got a whole answer.
	Served int `json:"served"`
	// Failed got an error.
	Failed int `json:"failed"`
	// Broken got the beginning of an answer.
	Broken int `json:"broken"`
	// GaveUp got nothing before the person behind it hung up.
	GaveUp int `json:"gaveUp"`
	// Elsewhere is how many of those served got the answer of another target or another model than they asked for; OtherTarget and
	// OtherModel are the two alone.
	Elsewhere   int `json:"elsewhere"`
	OtherTarget int `json:"otherTarget"`
	OtherModel  int `json:"otherModel"`
	// Tries is how often applications' SDKs asked.
	Tries int `json:"tries"`
	// Sends is how many requests reached for a target, and Overloads how many of them found no capacity.
	Sends     int `json:"sends"`
	Overloads int `json:"overloads"`
	// InputTokens, OutputTokens and Dollars are what targets charge for, broken answers included.
	InputTokens  int     `json:"inputTokens"`
	OutputTokens int     `json:"outputTokens"`
	Dollars      float64 `json:"dollars"`
	// FirstToken is the time from an application's request to the first content of its answer, of those served.
	FirstToken Percentiles `json:"firstToken"`
}

// Percentiles are of times, in whole milliseconds.
type Percentiles struct {
	P50 int `json:"p50Ms"`
	P95 int `json:"p95Ms"`
	P99 int `json:"p99Ms"`
}

// Report is what came of one contender in one scenario. See [Report.Value] for its metrics by name.
type Report struct {
	Contender string `json:"contender"`
	About     string `json:"about"`
	Figures
	// WorstQueue is the longest line at all gates together, looked at each second; 0 without a proxy.
	WorstQueue int `json:"worstQueue"`
	// MostWaiting is the most requests that waited for their first content at one time.
	MostWaiting int `json:"mostWaiting"`
	// EndedMs is when the last request was over.
	EndedMs int `json:"endedMs"`
	// Faults is how many decisions came to no valid action, and Fault the first of them.
	Faults int           `json:"faults"`
	Fault  *engine.Fault `json:"-"`
	// Clients are the figures of each client, in the order of the scenario.
	Clients []ClientFigures `json:"clients"`
	// Targets are the sends of each target, in the order of the scenario.
	Targets []TargetFigures `json:"targets"`
	Series  Series          `json:"series"`
}

// ClientFigures are those of one client.
type ClientFigures struct {
	Name string `json:"name"`
	Figures
}

// TargetFigures are the sends that a target got.
type TargetFigures struct {
	Name       string `json:"name"`
	Answered   int    `json:"answered"`
	Overloaded int    `json:"overloaded"`
	Failed     int    `json:"failed"`
}

// Series are figures over time, a value for each step.
type Series struct {
	StepMs int `json:"stepMs"`
	// Served, Elsewhere, Failed, Broken and GaveUp are about the requests that arrived in a step. Served leaves out Elsewhere.
	Served    []int `json:"served"`
	Elsewhere []int `json:"elsewhere"`
	Failed    []int `json:"failed"`
	Broken    []int `json:"broken"`
	GaveUp    []int `json:"gaveUp"`
	// P50Ms and P95Ms are their times to the first content; 0 when none was served.
	P50Ms []int `json:"p50Ms"`
	P95Ms []int `json:"p95Ms"`
	// Waiting and Queue are the most requests in a step without a first content, and in line.
	Waiting []int `json:"waiting"`
	Queue   []int `json:"queue"`
	// Targets are the sends to each target, in the order of the scenario.
	Targets []TargetSeries `json:"targets"`
}

// TargetSeries are the sends to a target in each step.
type TargetSeries struct {
	Name       string `json:"name"`
	Answered   []int  `json:"answered"`
	Overloaded []int  `json:"overloaded"`
	Failed     []int  `json:"failed"`
}

// report closes the book.
func (b *book) report(c *Contender) *Report {
	r := &Report{
		Contender: c.Name, About: c.About, WorstQueue: b.queue, MostWaiting: b.longest, EndedMs: ms(b.over), Faults: b.faults, Fault: b.fault,
	}
	var first []time.Duration
	var nanos int64
	for i := range b.kinds {
		a := &b.kinds[i]
		a.figures.FirstToken, a.figures.Dollars = percentiles(a.first), float64(a.nanos)/nano
		nanos += a.nanos
		first = append(first, a.first...)
		r.Clients = append(r.Clients, ClientFigures{b.scenario.clients[i].Name, a.figures})
		r.add(&a.figures)
	}
	r.FirstToken, r.Dollars = percentiles(first), float64(nanos)/nano
	for i, t := range b.sends {
		r.Targets = append(r.Targets, TargetFigures{
			b.scenario.targets[i].Name, t.results[sendAnswered], t.results[sendOverloaded], t.results[sendFailed],
		})
	}
	r.Series = b.series()
	return r
}

// add counts f in.
func (r *Report) add(f *Figures) {
	for _, n := range [...]struct{ to, from *int }{
		{&r.Requests, &f.Requests}, {&r.Served, &f.Served}, {&r.Failed, &f.Failed}, {&r.Broken, &f.Broken}, {&r.GaveUp, &f.GaveUp},
		{&r.Elsewhere, &f.Elsewhere}, {&r.OtherTarget, &f.OtherTarget}, {&r.OtherModel, &f.OtherModel}, {&r.Tries, &f.Tries},
		{&r.Sends, &f.Sends}, {&r.Overloads, &f.Overloads}, {&r.InputTokens, &f.InputTokens}, {&r.OutputTokens, &f.OutputTokens},
	} {
		*n.to += *n.from
	}
}

func (b *book) series() Series {
	s := Series{StepMs: ms(b.step), Targets: make([]TargetSeries, len(b.sends))}
	for i := range s.Targets {
		s.Targets[i].Name = b.scenario.targets[i].Name
	}
	for i := range b.moments {
		m := &b.moments[i]
		s.Served = append(s.Served, m.ends[served]-m.elsewhere)
		s.Elsewhere = append(s.Elsewhere, m.elsewhere)
		s.Failed = append(s.Failed, m.ends[failed])
		s.Broken = append(s.Broken, m.ends[broken])
		s.GaveUp = append(s.GaveUp, m.ends[gaveUp])
		first := percentiles(m.first)
		s.P50Ms = append(s.P50Ms, first.P50)
		s.P95Ms = append(s.P95Ms, first.P95)
		s.Waiting = append(s.Waiting, m.waiting)
		s.Queue = append(s.Queue, m.queue)
		for j := range s.Targets {
			t := &s.Targets[j]
			t.Answered = append(t.Answered, m.sends[j][sendAnswered])
			t.Overloaded = append(t.Overloaded, m.sends[j][sendOverloaded])
			t.Failed = append(t.Failed, m.sends[j][sendFailed])
		}
	}
	return s
}

// percentiles sorts the times. The rank is the nearest.
func percentiles(times []time.Duration) Percentiles {
	if len(times) == 0 {
		return Percentiles{}
	}
	slices.Sort(times)
	at := func(percent int) int { return ms(times[(len(times)*percent+99)/100-1]) }
	return Percentiles{at(50), at(95), at(99)}
}

func ms(d time.Duration) int { return int(d.Milliseconds()) }
