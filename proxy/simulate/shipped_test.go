package simulate_test

import (
	"testing"

	"spillway/policies"
	"spillway/proxy/simulate"
)

// laws are what the default policy keeps to in each shipped scenario, loosely: they are the story that it tells.
var laws = map[string]map[string]string{
	"brownout":           {"success": ">= 99.5%", "p95": "< 6s", "otherModel": "> 5%", "otherTarget": "== 0%"},
	"total-outage":       {"agents.success": "== 100%", "chat.success": "> 70%", "overloads": "< 150"},
	"in-stream-overload": {"success": ">= 99.9%", "p95": "< 6s", "otherTarget": "> 10%"},
	"regional-flap":      {"success": ">= 99.9%", "p95": "< 40s", "overloads": "< 600"},
	"batch-storm":        {"chat.success": ">= 99.5%", "chat.p95": "< 6s", "batch.success": ">= 99.5%", "elsewhere": "== 0%"},
	"slow-drip":          {"success": ">= 99.5%", "p95": "< 20s"},
}

// In every shipped scenario the default policy serves more than both opponents do, and sends less for it.
func TestShippedScenarios(t *testing.T) {
	names := simulate.Shipped(policies.Scenarios())
	if len(names) != len(laws) {
		t.Errorf("%v ship, and there are laws for %d", names, len(laws))
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := simulate.Find(name, policies.Scenarios())
			if err != nil {
				t.Fatal(err)
			}
			if s.Title == "" || s.Story == "" {
				t.Error("it has no title, or no story")
			}
			reports, err := simulate.RunAll(t.Context(), s, append([]simulate.Contender{policy(t, "overload")}, simulate.Opponents()...), nil)
			if err != nil {
				t.Fatal(err)
			}
			ours := reports[0]
			for _, other := range reports[1:] {
				if ours.Served <= other.Served || ours.Sends >= other.Sends {
					t.Errorf("%d served with %d sends; %s: %d with %d", ours.Served, ours.Sends, other.Contender, other.Served, other.Sends)
				}
			}
			keeps(t, ours, laws[name])
		})
	}
}

func keeps(t *testing.T, r *simulate.Report, laws map[string]string) {
	t.Helper()
	for metric, text := range laws {
		law, err := simulate.ParseLaw(metric, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, holds, err := law.Check(r); !holds || err != nil {
			t.Errorf("%s %s: %s %v", metric, text, got, err)
		}
	}
}
