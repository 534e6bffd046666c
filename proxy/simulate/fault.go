package simulate

import (
	"slices"
	"time"

	"spillway/proxy/form"
)

// FaultKind is a way in which a target goes wrong. The words are those of package simtarget.
type FaultKind string

// The kinds of faults.
const (
	Overloaded  FaultKind = "overloaded"   // 529, in OpenAI's dialect 503, at once
	InStream    FaultKind = "in_stream"    // a 200 whose stream opens with an overload; a whole answer gets the status
	RateLimited FaultKind = "rate_limited" // 429 with a retry-after
	ServerError FaultKind = "server_error" // 500
	Reset       FaultKind = "reset"        // the connection is aborted before any answer
	Hang        FaultKind = "hang"         // the request is taken and never answered
	SlowStart   FaultKind = "slow_start"   // the first token takes `times` as long
	SlowDrip    FaultKind = "slow_drip"    // each token takes `times` as long
	Stall       FaultKind = "stall"        // the answer falls silent in its middle
	Cut         FaultKind = "cut"          // the connection breaks in the middle of the answer
	Brownout    FaultKind = "brownout"     // `share` of the capacity is gone
)

// fault is something that goes wrong with a target for a while.
type fault struct {
	Kind    FaultKind
	from    time.Duration
	lasts   time.Duration // 0 = to the end
	rise    time.Duration // until it has reached its share, and again to leave it
	every   time.Duration // it comes again with this period; 0 = it comes once
	share   float64       // of the requests, or of the capacity
	times   float64       // how much slower
	models  []string      // after aliases; nil = all
	longest int           // only prompts of more tokens than this
}

func (s *Scenario) readFaults(r *form.Report, n *form.Node) ([]fault, bool) {
	if !r.Want(n, form.IsList) {
		return nil, false
	}
	faults := make([]fault, len(n.Items))
	for i, item := range n.Items {
		faults[i] = s.readFault(r, item)
	}
	return faults, true
}

func (s *Scenario) readFault(r *form.Report, n *form.Node) fault {
	f := fault{share: 1, times: 10}
	section := form.Open(r, n)
	kinds := form.OneOf(Overloaded, InStream, RateLimited, ServerError, Reset, Hang, SlowStart, SlowDrip, Stall, Cut, Brownout)
	kind := form.Scalar(section, "kind", &f.Kind, kinds)
	if kind == nil {
		section.Missing(n, "kind", "say what goes wrong, such as `kind: overloaded`")
	}
	s.begins(r, form.Scalar(section, "from", &f.from, duration), &f.from)
	form.Scalar(section, "for", &f.lasts, duration)
	form.Scalar(section, "rise", &f.rise, duration)
	every := form.Scalar(section, "every", &f.every, duration)
	form.Scalar(section, "share", &f.share, form.Percent)
	times := form.Scalar(section, "times", &f.times, positive)
	form.Read(section, "models", &f.models, readWords)
	form.Scalar(section, "prompts_over", &f.longest, form.Count)
	section.Close()
	if every != nil && (f.lasts == 0 || f.lasts > f.every) {
		r.Fault(every, form.Wrong("what comes again has to end before: `for` is absent, or longer than this", "give a shorter `for`"))
	}
	if times != nil && f.Kind != SlowStart && f.Kind != SlowDrip {
		r.Fault(times, form.Wrong("only slow_start and slow_drip have `times`", "remove it"))
	}
	if f.Kind == Brownout && f.longest > 0 {
		r.Fault(kind, form.Wrong("a brownout is of the capacity, whatever the prompt", "remove `prompts_over`"))
	}
	return f
}

func readWords(r *form.Report, n *form.Node) ([]string, bool) {
	if !r.Want(n, form.IsList) {
		return nil, false
	}
	words := make([]string, 0, len(n.Items))
	for _, item := range n.Items {
		if word, ok := form.ReadText(r, item); ok {
			words = append(words, word)
		}
	}
	return words, len(words) > 0
}

// level is the share of requests that are hit at a moment.
func (f *fault) level(at time.Duration) float64 {
	if at -= f.from; at < 0 {
		return 0
	}
	if f.every > 0 {
		at %= f.every
	}
	lasts := f.lasts
	if lasts == 0 {
		lasts = maxDuration * 2
	}
	into := min(at, lasts-at) // from the nearer end
	switch {
	case into < 0 || at >= lasts:
		return 0
	case into < f.rise:
		return f.share * (float64(into) / float64(f.rise))
	}
	return f.share
}

// hits says whether the fault hits a request, if the dice fall so.
func (f *fault) hits(at time.Duration, model string, prompt int, d dice) bool {
	level := f.level(at)
	return level > 0 && prompt > f.longest && f.of(model) && d.hits(level)
}

func (f *fault) of(model string) bool { return f.models == nil || slices.Contains(f.models, model) }

// spans are the times within a run at which the fault is there, in order.
func (f *fault) spans(within time.Duration) (spans [][2]time.Duration) {
	for from := f.from; from < within; from += f.every {
		to := within
		if f.lasts > 0 {
			to = min(within, from+f.lasts)
		}
		spans = append(spans, [2]time.Duration{from, to})
		if f.every == 0 {
			break
		}
	}
	return spans
}
