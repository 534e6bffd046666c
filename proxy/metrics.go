package proxy

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"spillway/engine"
	"spillway/proxy/gate"
	"spillway/proxy/trace"
)

// metrics are what /metrics serves. Label values come from the configuration or from closed lists, never from callers.
type metrics struct {
	registry     *prometheus.Registry
	requests     *prometheus.CounterVec
	refusals     *prometheus.CounterVec
	attempts     *prometheus.CounterVec
	passthrough  *prometheus.CounterVec
	decisions    *prometheus.CounterVec
	tokens       *prometheus.CounterVec
	money        money
	mismatches   *prometheus.CounterVec
	reloads      *prometheus.CounterVec
	decisionLog  *prometheus.CounterVec
	decideTime   prometheus.Histogram
	firstContent *prometheus.HistogramVec
	requestTime  *prometheus.HistogramVec
	models       modelLabels
	faults       faultLog
	hot          hot
}

// hot are the metrics that every request changes, found again by their labels.
type hot struct {
	requests                             labelled[ending, prometheus.Counter]
	attempts, decisions, tokens, dollars labelled[[2]string, prometheus.Counter]
	firstContent, requestTime            labelled[string, prometheus.Observer]
}

// ending is how a request ended.
type ending struct {
	api     engine.API
	outcome trace.Outcome
	status  int
}

func (m *metrics) keepHot() {
	pair := func(of *prometheus.CounterVec) func([2]string) prometheus.Counter {
		return func(l [2]string) prometheus.Counter { return of.WithLabelValues(l[0], l[1]) }
	}
	h := &m.hot
	h.attempts.make, h.decisions.make = pair(m.attempts), pair(m.decisions)
	h.tokens.make, h.dollars.make = pair(m.tokens), pair(m.money.dollars)
	h.requests.make = func(e ending) prometheus.Counter {
		return m.requests.WithLabelValues(string(e.api), string(e.outcome), strconv.Itoa(e.status))
	}
	h.firstContent.make = func(target string) prometheus.Observer { return m.firstContent.WithLabelValues(target) }
	h.requestTime.make = func(api string) prometheus.Observer { return m.requestTime.WithLabelValues(api) }
}

// waits are histogram bounds in seconds for what takes from a local answer's milliseconds to a long queue's minutes.
var waits = []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600}

func newMetrics(p *Proxy) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "spillway_" + name, Help: help}, labels)
	}
	m := &metrics{
		registry:    prometheus.NewRegistry(),
		requests:    counter("requests_total", "Requests that a policy decided about, by how they ended.", "api", "outcome", "status"),
		refusals:    counter("refusals_total", "Requests answered before any policy was asked.", "api", "status"),
		attempts:    counter("attempts_total", "Attempts by target and reason; ok means the answer committed.", "target", "reason"),
		passthrough: counter("passthrough_total", "Requests that no policy decides about.", "target", "status"),
		decisions:   counter("decisions_total", "Decisions of policies by how the call ended; recalled means that it was not needed.", "policy", "outcome"),
		tokens:      counter("tokens_total", "Tokens as targets count them.", "target", "kind"),
		money:       newMoney(counter),
		mismatches:  counter("mismatches_total", "Answers that were not as asked for: another model, too long, not counted, oddly streamed.", "target", "kind"),
		reloads:     counter("reloads_total", "Edits of the configuration or policies.", "result"),
		decisionLog: counter("decision_log_lines_total", "Decisions for the decision log; dropped ones came faster than they could be written.", "result"),
		decideTime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "spillway_decision_seconds", Help: "Time inside a policy.",
			Buckets: []float64{5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 2e-2},
		}),
		firstContent: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "spillway_attempt_first_content_seconds", Help: "From a send to the first content of its answer.", Buckets: waits,
		}, []string{"target"}),
		requestTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "spillway_request_first_content_seconds", Help: "From a request's arrival to the first content, waits and retries included.", Buckets: waits,
		}, []string{"api"}),
	}
	m.keepHot()
	m.registry.MustRegister(m.decisionLog)
	m.registry.MustRegister(m.requests, m.refusals, m.attempts, m.passthrough, m.decisions, m.tokens, m.mismatches, m.reloads,
		m.money.dollars, m.money.cache, m.money.clients, m.money.unpriced, m.decideTime, m.firstContent, m.requestTime, &state{p}, &spending{p},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) refused(api engine.API, status int) {
	m.refusals.WithLabelValues(string(api), strconv.Itoa(status)).Inc()
}

func (m *metrics) passed(target string, status int) {
	m.passthrough.WithLabelValues(target, strconv.Itoa(status)).Inc()
}

func (m *metrics) attempted(target, reason string) {
	m.hot.attempts.of([2]string{target, reason}).Inc()
}

func (m *metrics) decided(policy string, d *engine.Decision) {
	if d.Recalled {
		m.hot.decisions.of([2]string{policy, "recalled"}).Inc()
		return
	}
	m.hot.decisions.of([2]string{policy, string(d.Outcome)}).Inc()
	m.decideTime.Observe(d.Took.Seconds())
}

func (m *metrics) firstFault(revision string, f *engine.Fault) bool {
	return m.faults.first(revision, f)
}

func (m *metrics) ended(api engine.API, e *trace.End) {
	m.hot.requests.of(ending{api, e.Outcome, e.Status}).Inc()
	if e.FirstContent > 0 {
		m.hot.requestTime.of(string(api)).Observe(e.FirstContent.Seconds())
	}
	for _, mismatch := range e.Mismatches {
		m.mismatches.WithLabelValues(e.Target, string(mismatch.Kind)).Inc()
	}
	if u := e.Usage; u != (trace.Usage{}) {
		m.counted(e.Target, "input", u.Input)
		m.counted(e.Target, "output", u.Output)
		m.counted(e.Target, "cache_read", u.CacheRead)
		m.counted(e.Target, "cache_write", u.CacheWrite)
	}
}

func (m *metrics) counted(target, kind string, tokens int) {
	if tokens > 0 {
		m.hot.tokens.of([2]string{target, kind}).Add(float64(tokens))
	}
}

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
		key := gate.Key{Target: targetName(g.Key), Model: s.metrics.models.label(g.Key.Model, targets)}
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
