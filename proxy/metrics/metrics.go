// Package metrics counts what happens, for /metrics.
//
//	metrics.go   what there is, and what counts it
//	money.go     what answers cost
//	models.go    which models are told apart
//	labelled.go  finds what every request counts, fast
package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"spillway/engine"
	"spillway/proxy/loop"
	"spillway/proxy/trace"
)

// Metrics count. Label values come from the configuration or from closed lists, never from callers. Its methods are safe for
// concurrent use.
type Metrics struct {
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

func (m *Metrics) keepHot() {
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

// New counts from nothing. It tells of the process too, and of whatever is read at each scrape.
func New(read ...prometheus.Collector) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "spillway_" + name, Help: help}, labels)
	}
	m := &Metrics{
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
	m.registry.MustRegister(m.requests, m.refusals, m.attempts, m.passthrough, m.decisions, m.tokens, m.mismatches, m.reloads,
		m.money.dollars, m.money.cache, m.money.clients, m.money.unpriced, m.decideTime, m.firstContent, m.requestTime, m.decisionLog,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(read...)
	return m
}

// Gatherer gives all of them.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// ModelLabel is a model's own name, or that of all others. The targets are those of the configuration.
func (m *Metrics) ModelLabel(model string, targets []*loop.Target) string {
	return m.models.label(model, targets)
}

// Refused counts a request that was answered before any policy was asked.
func (m *Metrics) Refused(api engine.API, status int) {
	m.refusals.WithLabelValues(string(api), strconv.Itoa(status)).Inc()
}

// Passed counts a request that no policy decides about.
func (m *Metrics) Passed(target string, status int) {
	m.passthrough.WithLabelValues(target, strconv.Itoa(status)).Inc()
}

// Reloaded counts an edit of the configuration or policies, by whether it was taken.
func (m *Metrics) Reloaded(taken bool) {
	result := "rejected"
	if taken {
		result = "loaded"
	}
	m.reloads.WithLabelValues(result).Inc()
}

// LogLines counts lines of the decision log, one a call.
func (m *Metrics) LogLines() (written, dropped func()) {
	return m.decisionLog.WithLabelValues("written").Inc, m.decisionLog.WithLabelValues("dropped").Inc
}

// Decided counts a decision.
func (m *Metrics) Decided(policy string, d *engine.Decision) {
	if d.Recalled {
		m.hot.decisions.of([2]string{policy, "recalled"}).Inc()
		return
	}
	m.hot.decisions.of([2]string{policy, string(d.Outcome)}).Inc()
	m.decideTime.Observe(d.Took.Seconds())
}

// Failed counts an attempt that came to nothing.
func (m *Metrics) Failed(target string, reason engine.Reason) {
	m.hot.attempts.of([2]string{target, string(reason)}).Inc()
}

// Committed counts an attempt whose answer goes to the client, firstContent after its send.
func (m *Metrics) Committed(target, model string, firstContent time.Duration) {
	m.models.answer(model)
	m.hot.attempts.of([2]string{target, "ok"}).Inc()
	m.hot.firstContent.of(target).Observe(firstContent.Seconds())
}

// Ended counts a request that a policy decided about, and what its answer cost. The targets are those of the configuration.
func (m *Metrics) Ended(r *trace.Record, api engine.API, e *trace.End, targets []*loop.Target) {
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
		m.paid(r.Client, e, targets)
	}
}

func (m *Metrics) counted(target, kind string, tokens int) {
	if tokens > 0 {
		m.hot.tokens.of([2]string{target, kind}).Add(float64(tokens))
	}
}
