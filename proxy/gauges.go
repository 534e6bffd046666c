package proxy

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"spillway/engine"
	"spillway/proxy/gate"
)

// state collects at each scrape what changes by itself: gates, open requests, the snapshot in use.
type state struct{ *Proxy }

var (
	openDesc     = prometheus.NewDesc("spillway_open_requests", "Requests under way.", nil, nil)
	snapshotDesc = prometheus.NewDesc("spillway_snapshot_info",
		"The revision in use; rejected is true while the files on disk are not what serves.", []string{"revision", "rejected"}, nil)
	benchedDesc = prometheus.NewDesc("spillway_policy_benched",
		"1 while a policy is not called, since it had to be stopped too often: onError decides.", []string{"policy"}, nil)
	stuckDesc = prometheus.NewDesc("spillway_policy_stuck_calls",
		"Calls of a policy that were given up, and still run: each takes a core.", []string{"policy"}, nil)
	pausedDesc   = prometheus.NewDesc("spillway_gate_paused", "1 while a gate is paused or probing.", gateLabels, nil)
	inFlightDesc = prometheus.NewDesc("spillway_gate_in_flight", "Requests at a target.", gateLabels, nil)
	limitDesc    = prometheus.NewDesc("spillway_gate_limit", "How many requests a gate admits at once.", gateLabels, nil)
	queuedDesc   = prometheus.NewDesc("spillway_gate_queued", "Requests standing in line.", gateLabels, nil)
	overloadDesc = prometheus.NewDesc("spillway_gate_consecutive_overloads", "Overloads since the last success.", gateLabels, nil)
	keyBenched   = prometheus.NewDesc("spillway_key_benched", "1 while a key of a target is left alone, for any model; key is its fingerprint.", keyLabels, nil)
	keyInFlight  = prometheus.NewDesc("spillway_key_in_flight", "Requests at a target with a key.", keyLabels, nil)
	keySends     = prometheus.NewDesc("spillway_key_sends_total", "Requests sent with a key, since the key was configured.", keyLabels, nil)
	keyLabels    = []string{"target", "key"}
	gateLabels   = []string{"target", "model"}
)

// Describe implements [prometheus.Collector].
func (s *state) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range trialDescs {
		ch <- d
	}
	for _, d := range []*prometheus.Desc{
		openDesc, snapshotDesc, benchedDesc, stuckDesc, pausedDesc, inFlightDesc, limitDesc, queuedDesc, overloadDesc, keyBenched, keyInFlight, keySends,
	} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector].
func (s *state) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	s.collectTrials(ch)
	gauge(openDesc, float64(s.hangups.Open()))
	s.mu.Lock()
	rejected := s.rejected != nil
	s.mu.Unlock()
	gauge(snapshotDesc, 1, s.current.Load().Revision, strconv.FormatBool(rejected))
	policies := s.current.Load().Policies
	for _, name := range policies.Names() {
		stats := policies.Policy(name).Stats()
		gauge(benchedDesc, float64(oneIf(stats.Benched)), name)
		gauge(stuckDesc, float64(stats.Stuck), name)
	}
	for key, h := range s.gateHealth() {
		labels := []string{key.Target, key.Model}
		gauge(pausedDesc, float64(oneIf(h.Paused)), labels...)
		gauge(inFlightDesc, float64(h.InFlight), labels...)
		gauge(limitDesc, float64(h.Limit), labels...)
		gauge(queuedDesc, float64(h.Queued), labels...)
		gauge(overloadDesc, float64(h.Overloads), labels...)
	}
	for _, t := range s.current.Load().Targets {
		for _, c := range s.gates.CredentialsOf(t.Identity) {
			gauge(keyBenched, float64(oneIf(len(c.Benches) > 0)), t.Name, c.Name)
			gauge(keyInFlight, float64(c.InFlight), t.Name, c.Name)
			ch <- prometheus.MustNewConstMetric(keySends, prometheus.CounterValue, float64(c.Sends), t.Name, c.Name)
		}
	}
}

// gateHealth is every gate's health by target and model label; gates that share a label are taken together.
func (s *state) gateHealth() map[gate.Key]engine.Health {
	targets := s.current.Load().Targets
	all := map[gate.Key]engine.Health{}
	for _, g := range s.gates.States() {
		key := gate.Key{Target: targetName(g.Key), Model: s.metrics.ModelLabel(g.Key.Model, targets)}
		h := all[key]
		all[key] = engine.Health{
			Paused: h.Paused || g.Health.Paused, InFlight: h.InFlight + g.Health.InFlight, Limit: h.Limit + g.Health.Limit,
			Queued: h.Queued + g.Health.Queued, Overloads: max(h.Overloads, g.Health.Overloads),
		}
	}
	return all
}

func oneIf(is bool) int {
	if is {
		return 1
	}
	return 0
}
