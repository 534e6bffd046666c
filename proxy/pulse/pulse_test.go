package pulse

import (
	"slices"
	"testing"
	"time"

	"spillway/proxy/cost"
	"spillway/proxy/trace"
)

var start = time.Unix(1_800_000_000, 0)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func TestSeries(t *testing.T) {
	var p Pulse
	p.Committed(at(0), 100*time.Millisecond)
	p.Ended(&trace.End{At: at(1), Outcome: trace.OK, Usage: trace.Usage{Input: 7, Output: 3}, Cost: cost.Cost{Dollars: .5}})
	p.Failed(at(1), true)
	p.Failed(at(1), false)
	p.Ended(&trace.End{At: at(2), Outcome: trace.Gone})
	p.Refused(at(2))
	p.Ended(&trace.End{At: at(2), Outcome: trace.Failed, Status: 400})
	p.Ended(&trace.End{At: at(2), Outcome: trace.Failed, Status: 529})

	s := p.Series(at(2))
	for name, c := range map[string]struct{ got, want []int }{
		"ok":        {tail(s.Outcomes[trace.OK]), []int{0, 1, 0}},
		"gone":      {tail(s.Outcomes[trace.Gone]), []int{0, 0, 1}},
		"failed":    {tail(s.Outcomes[trace.Failed]), []int{0, 0, 1}},
		"refused":   {tail(s.Refused), []int{0, 0, 2}},
		"sends":     {tail(s.Sends), []int{1, 2, 0}},
		"overloads": {tail(s.Overloads), []int{0, 1, 0}},
		"tokens":    {tail(s.Tokens), []int{0, 10, 0}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if got := tail(s.Dollars); !slices.Equal(got, []float64{0, .5, 0}) {
		t.Errorf("dollars: %v", got)
	}
	if s.Ends != at(2).Unix() || len(s.Sends) != Span {
		t.Errorf("it ends at %d with %d seconds", s.Ends, len(s.Sends))
	}
}

// Percentiles are over ten seconds: the hundred milliseconds of second 0 show until second 9.
func TestPercentilesAreSmooth(t *testing.T) {
	var p Pulse
	p.Committed(at(0), 100*time.Millisecond)
	s := p.Series(at(12))
	if got := s.P50[Span-13:]; got[0] < 90 || got[9] < 90 || got[10] != 0 || s.P50[Span-14] != 0 {
		t.Errorf("p50: %v", got)
	}
}

func TestOldSecondsAreForgotten(t *testing.T) {
	var p Pulse
	p.Failed(at(0), true)
	if s := p.Series(at(Span - 1)); s.Overloads[0] != 1 {
		t.Error("forgotten too early")
	}
	if s := p.Series(at(Span)); slices.Max(s.Overloads) != 0 {
		t.Error("an old second shows as a new one")
	}
	p.Failed(at(Span), false)
	if s := p.Series(at(Span)); slices.Max(s.Sends) != 1 || slices.Max(s.Overloads) != 0 {
		t.Error("a new second holds an old one")
	}
}

func tail[T any](list []T) []T { return list[len(list)-3:] }
