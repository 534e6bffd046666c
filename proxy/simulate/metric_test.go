package simulate_test

import (
	"strings"
	"testing"

	"spillway/proxy/simulate"
)

func TestMetrics(t *testing.T) {
	r := &simulate.Report{
		Contender: "p", WorstQueue: 7,
		Figures: simulate.Figures{Requests: 1000, Served: 991, Sends: 1250, Dollars: 12.5, FirstToken: simulate.Percentiles{P95: 1520}},
		Clients: []simulate.ClientFigures{{Name: "app", Figures: simulate.Figures{Requests: 10, Served: 5}}},
	}
	for name, want := range map[string]float64{
		"success": .991, "app.success": .5, "amplification": 1.25, "p95": 1.52, "dollars": 12.5, "queue": 7, "app.queue": 7, "requests": 1000,
	} {
		if got, err := r.Value(name); got != want || err != nil {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	for name, want := range map[string]string{
		"sucess":     `there is no metric "sucess" (did you mean "success"?)`,
		"app.p59":    `there is no metric "p59" (did you mean "p50"?)`,
		"ap.success": `the scenario has no client "ap"; it has app`,
		"nonsense":   `there is no metric "nonsense"; there are ` + strings.Join(simulate.Metrics(), ", "),
	} {
		if _, err := r.Value(name); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestUnits(t *testing.T) {
	for want, got := range map[string]string{
		"99.9%": simulate.Share.Format(.99999), "57%": simulate.Share.Format(.57), "100%": simulate.Share.Format(1),
		"1.52s": simulate.Time.Format(1.52), "850ms": simulate.Time.Format(.85), "12.3s": simulate.Time.Format(12.345), "1m40s": simulate.Time.Format(99.6),
		"$12.50": simulate.Dollars.Format(12.5), "1.20": simulate.Number.Format(1.2), "7": simulate.Number.Format(7), "1234": simulate.Number.Format(1234.4),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
