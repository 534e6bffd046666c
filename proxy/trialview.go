package proxy

import (
	"github.com/prometheus/client_golang/prometheus"

	"spillway/proxy/candidate"
	"spillway/proxy/config"
)

// candidateView is a policy on trial, as the admin API tells of it.
type candidateView struct {
	Policy     string      `json:"policy"` // the live one
	Candidate  string      `json:"candidate"`
	Mode       config.Mode `json:"mode"`
	Share      float64     `json:"share"` // of requests, 0 to 1
	State      string      `json:"state"` // "running" or "rolled back"
	Since      string      `json:"since"`
	RolledBack *rollback   `json:"rolledBack,omitempty"`
	// Shadow is what comparing has come to, Canary the requests within the window.
	Shadow *candidate.Comparisons `json:"shadow,omitempty"`
	Canary *canaryView            `json:"canary,omitempty"`
}

type rollback struct {
	At  string `json:"at"`
	Why string `json:"why"`
}

type canaryView struct {
	Window    float64         `json:"window"`
	Candidate candidate.Tally `json:"candidate"`
	Live      candidate.Tally `json:"live"`
}

// candidateViews are the trials of the snapshot in use, by the live policy's name. Examples are left out unless they are wanted.
func (p *Proxy) candidateViews(examples bool) []candidateView {
	views := []candidateView{}
	for _, t := range p.current.Load().SortedTrials() {
		s := t.Settings
		view := candidateView{Policy: t.Live, Candidate: s.Policy, Mode: s.Mode, Share: s.Share, State: "running", Since: stamp(t.Since)}
		if s.Mode == config.Shadow {
			c := t.Comparisons()
			if !examples {
				c.Examples = nil
			}
			view.Shadow = &c
		} else {
			own, live := t.Requests(p.clock.Now())
			view.Canary = &canaryView{Window: ms(s.Rollback.Window), Candidate: own, Live: live}
		}
		if back := t.RolledBack(); back != nil {
			view.State, view.RolledBack = "rolled back", &rollback{stamp(back.At), back.Why}
		}
		views = append(views, view)
	}
	return views
}

var (
	trialLabels      = []string{"policy", "candidate"}
	trialRunningDesc = prometheus.NewDesc("spillway_candidate_running", "1 while a candidate takes part; 0 once a canary was rolled back.",
		append([]string{"mode"}, trialLabels...), nil)
	trialComparedDesc = prometheus.NewDesc("spillway_candidate_comparisons_total",
		"Decisions that a shadow made beside the live policy, by what came of it.", append([]string{"result"}, trialLabels...), nil)
	trialDifferDesc = prometheus.NewDesc("spillway_candidate_differences_total",
		"Decisions that a shadow would have made otherwise, by the weightiest member of the action that differs.", append([]string{"key"}, trialLabels...), nil)
	trialRequestsDesc = prometheus.NewDesc("spillway_candidate_requests_total",
		"Requests of a canary's trial, by who decided and how they ended.", append([]string{"by", "result"}, trialLabels...), nil)
	trialDescs = []*prometheus.Desc{trialRunningDesc, trialComparedDesc, trialDifferDesc, trialRequestsDesc}
)

// collectTrials collects what has come of the trials. A trial that begins anew counts from 0.
func (s *state) collectTrials(ch chan<- prometheus.Metric) {
	for _, t := range s.current.Load().SortedTrials() {
		count := func(d *prometheus.Desc, n int, labels ...string) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), append(labels, t.Live, t.Settings.Policy)...)
		}
		ch <- prometheus.MustNewConstMetric(trialRunningDesc, prometheus.GaugeValue, float64(oneIf(t.RolledBack() == nil)),
			string(t.Settings.Mode), t.Live, t.Settings.Policy)
		if t.Settings.Mode == config.Shadow {
			c := t.Comparisons()
			count(trialComparedDesc, c.Same, "same")
			count(trialComparedDesc, c.Different, "different")
			count(trialComparedDesc, c.Skipped, "skipped")
			for key, n := range c.Keys {
				count(trialDifferDesc, n, key)
			}
			continue
		}
		own, live := t.Total()
		for by, tally := range map[string]candidate.Tally{"candidate": own, "live": live} {
			count(trialRequestsDesc, tally.Succeeded, by, "succeeded")
			count(trialRequestsDesc, tally.Failed, by, "failed")
			count(trialRequestsDesc, tally.Requests-tally.Succeeded-tally.Failed, by, "neither")
		}
	}
}
