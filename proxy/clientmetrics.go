package proxy

import "github.com/prometheus/client_golang/prometheus"

// spending collects at each scrape what clients have spent. Its labels are the names and limits of the configuration.
type spending struct{ *Proxy }

var (
	clientRequestsDesc = prometheus.NewDesc("spillway_client_requests_total", "Requests that were admitted, by client.", []string{"client"}, nil)
	clientTokensDesc   = prometheus.NewDesc("spillway_client_tokens_total", "Tokens of all kinds, as far as targets told, by client.", []string{"client"}, nil)
	clientUsedDesc     = prometheus.NewDesc("spillway_client_limit_used_ratio",
		"The part of a client's limit that is used, requests under way included.", limitLabels, nil)
	clientRefusedDesc = prometheus.NewDesc("spillway_client_limit_refusals_total",
		"Requests refused because they would have gone over a client's limit.", limitLabels, nil)
	unsavedDesc = prometheus.NewDesc("spillway_client_spending_unsaved", "1 while what clients spend cannot be saved.", nil, nil)
	limitLabels = []string{"client", "measure", "period"}
)

// Describe implements [prometheus.Collector].
func (s *spending) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{clientRequestsDesc, clientTokensDesc, clientUsedDesc, clientRefusedDesc, unsavedDesc} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector].
func (s *spending) Collect(ch chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	for _, state := range s.book.States(s.clock.Now()) {
		counter(clientRequestsDesc, float64(state.Total.Requests), state.Client)
		counter(clientTokensDesc, float64(state.Total.Tokens), state.Client)
		for _, l := range state.Limits {
			labels := []string{state.Client, string(l.Measure), string(l.Period)}
			ch <- prometheus.MustNewConstMetric(clientUsedDesc, prometheus.GaugeValue, l.Share(), labels...)
			counter(clientRefusedDesc, float64(l.Refused), labels...)
		}
	}
	ch <- prometheus.MustNewConstMetric(unsavedDesc, prometheus.GaugeValue, float64(oneIf(s.book.Failed() != nil)))
}
