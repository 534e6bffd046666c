package simulate_test

import (
	"strings"
	"testing"

	"spillway/proxy/simulate"
)

func TestLaws(t *testing.T) {
	r := &simulate.Report{
		Contender: "p", WorstQueue: 7,
		Figures: simulate.Figures{Requests: 1000, Served: 991, Sends: 1250, Dollars: 12.5, FirstToken: simulate.Percentiles{P95: 1520}},
		Clients: []simulate.ClientFigures{{Name: "app", Figures: simulate.Figures{Requests: 10, Served: 10}}},
	}
	for law, want := range map[string]string{
		"success >= 99%":       "99.1% true",
		"success>=99.2 %":      "99.1% false",
		"app.success == 100%":  "100% true",
		"amplification <= 1.2": "1.25 false",
		"p95 < 30s":            "1.52s true",
		"p95 < 1519ms":         "1.52s false",
		"dollars <= $12.5":     "$12.50 true",
		"dollars > 12.5":       "$12.50 false",
		"queue < 1k":           "7 true",
		"requests >= 1000":     "1000 true",

		"success >= 99":    `success: "99" is no share; write one such as "99%"`,
		"p95 < 30":         `p95: "30" is no time; write one such as "30s"`,
		"p95 30s":          `p95: "30s" has no relation; write one such as ">= 30s"`,
		"sucess >= 99%":    `there is no metric "sucess" (did you mean "success"?)`,
		"app.p59 >= 99%":   `there is no metric "p59" (did you mean "p50"?)`,
		"ap.success > 0%":  `the scenario has no client "ap"; it has app`,
		"sends <= a lot":   `sends: "a lot" is no number; write one such as "1.2"`,
		"nonsense > 0":     `there is no metric "nonsense"; there are ` + strings.Join(simulate.Metrics(), ", "),
		"app. > 0":         `there is no metric ""; there are ` + strings.Join(simulate.Metrics(), ", "),
		"success >= NaN %": `success: "NaN %" is no share; write one such as "99%"`,
	} {
		metric := law[:strings.IndexAny(law, " >")]
		if got := held(r, metric, law[len(metric):]); got != want {
			t.Errorf("%s: %s, want %s", law, got, want)
		}
	}
}

func held(r *simulate.Report, metric, text string) string {
	law, err := simulate.ParseLaw(metric, text)
	if err != nil {
		return err.Error()
	}
	value, holds, err := law.Check(r)
	if err != nil {
		return err.Error()
	}
	if holds {
		return value + " true"
	}
	return value + " false"
}
