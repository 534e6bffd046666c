package candidate

import (
	"strings"
	"testing"
	"time"

	"spillway/proxy/config"
)

var began = time.Unix(1_800_000_000, 0)

func canary(rule config.Rollback) *Trial {
	return New(Identity{Live: "live", Settings: config.Candidate{Policy: "next", Mode: config.Canary, Share: 0.5, Rollback: rule}}, began)
}

func TestVerdict(t *testing.T) {
	rule := config.Rollback{Errors: 0.01, Success: 0.05, Window: 10 * time.Minute, Requests: 50}
	tests := map[string]struct {
		ownOK, ownFailed, faulted, liveOK, liveFailed int
		strict                                        bool
		why                                           string
	}{
		"as good as the live one":           {ownOK: 90, ownFailed: 10, liveOK: 900, liveFailed: 100},
		"both fail":                         {ownFailed: 100, liveFailed: 1000},
		"worse, and that is no accident":    {ownOK: 80, ownFailed: 20, liveOK: 990, liveFailed: 10, why: "behind"},
		"worse by less than is allowed":     {ownOK: 960, ownFailed: 40, liveOK: 1000},
		"too few to tell":                   {ownOK: 20, ownFailed: 29, liveOK: 1000},
		"worse, and that may be chance":     {ownOK: 46, ownFailed: 4, liveOK: 49, liveFailed: 1},
		"nothing to compare with":           {ownFailed: 100},
		"two faults in few requests":        {ownOK: 5, faulted: 2, liveOK: 100},
		"three faults in few requests":      {ownOK: 5, faulted: 3, liveOK: 100, why: "no valid action in 3 of its 5 requests: 60%, and 1% are allowed"},
		"faults in less than their share":   {ownOK: 1000, faulted: 9, liveOK: 100},
		"one fault where none is forgiven":  {ownOK: 5, faulted: 1, strict: true, why: "no valid action in 1 of its 5 requests: 20%, and 0% are allowed"},
		"better than the live one, by much": {ownOK: 100, liveFailed: 100},
	}
	for name, test := range tests {
		rule := rule
		if test.strict {
			rule.Errors = 0
		}
		trial := canary(rule)
		for range test.liveOK {
			trial.Ended(Ended{Counts: true, Success: true}, began)
		}
		for range test.liveFailed {
			trial.Ended(Ended{Counts: true}, began)
		}
		var back *RolledBack
		for n := range test.ownOK + test.ownFailed { // its faults last, so that their share is the whole's
			left := test.ownOK + test.ownFailed - n
			if got := trial.Ended(Ended{Candidate: true, Counts: true, Success: n < test.ownOK, Faulted: left <= test.faulted}, began); got != nil {
				back = got
			}
		}
		switch {
		case test.why == "" && back != nil:
			t.Errorf("%s: rolled back: %s", name, back.Why)
		case test.why != "" && back == nil:
			t.Errorf("%s: not rolled back", name)
		case back != nil && test.faulted > 0 && !strings.Contains(back.Why, test.why):
			t.Errorf("%s: %s", name, back.Why)
		}
		if back != nil && (trial.Takes("x") || trial.Takes("y") || trial.Takes("z")) {
			t.Errorf("%s: rolled back, and takes requests", name)
		}
	}
}

func TestOldRequestsAreForgotten(t *testing.T) {
	trial := canary(config.Rollback{Window: 10 * time.Minute, Requests: 1000, Errors: 1})
	for n := range 30 {
		trial.Ended(Ended{Candidate: true, Counts: true, Success: true}, began.Add(time.Duration(n)*time.Minute))
	}
	own, _ := trial.Requests(began.Add(29 * time.Minute))
	if own.Succeeded != 10 {
		t.Errorf("%+v within ten minutes", own)
	}
	if own, _ = trial.Requests(began.Add(time.Hour)); own.Requests != 0 {
		t.Errorf("%+v an hour later", own)
	}
	if own, _ = trial.Total(); own.Requests != 30 {
		t.Errorf("%+v in all", own)
	}
}

// The share that takes part is about the share that was asked for, and stable.
func TestTakes(t *testing.T) {
	for _, share := range []float64{0, 0.05, 0.5, 1} {
		trial := New(Identity{Live: "live", Settings: config.Candidate{Mode: config.Canary, Share: share}}, began)
		taken := 0
		for n := range 10_000 {
			key := strings.Repeat("x", n%7) + string(rune('a'+n%26)) + time.Duration(n).String()
			if trial.Takes(key) {
				taken++
			}
			if trial.Takes(key) != trial.Takes(key) { //nolint:staticcheck // it must be the same each time
				t.Fatal("it changes")
			}
		}
		if got := float64(taken) / 10_000; got < share-0.02 || got > share+0.02 || share == 0 && taken > 0 || share == 1 && taken < 10_000 {
			t.Errorf("%g take part, want %g", got, share)
		}
	}
}
