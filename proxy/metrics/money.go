package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"spillway/proxy/loop"
	"spillway/proxy/trace"
)

// money are the metrics of what answers cost.
type money struct{ dollars, cache, clients, unpriced *prometheus.CounterVec }

func newMoney(counter func(name, help string, labels ...string) *prometheus.CounterVec) money {
	return money{
		dollars:  counter("cost_dollars_total", "What answers cost, in USD, by the prices of the configuration, else by list prices.", "target", "model"),
		cache:    counter("cache_dollars_total", "USD by which prompt caches made answers cheaper (saved), or dearer (lost).", "target", "effect"),
		clients:  counter("client_cost_dollars_total", "What answers cost, in USD, by the client of the configuration.", "client"),
		unpriced: counter("unpriced_answers_total", "Answers whose price nobody knows: their cost is counted nowhere.", "target"),
	}
}

// paid counts what an answer to a client of the configuration cost; client is "" when it names none.
func (m *Metrics) paid(client string, e *trace.End, targets []*loop.Target) {
	if !e.Cost.Known {
		m.money.unpriced.WithLabelValues(e.Target).Inc()
		return
	}
	m.hot.dollars.of([2]string{e.Target, m.models.label(e.Model, targets)}).Add(e.Cost.Dollars)
	if saved := e.Cost.CacheSaved; saved > 0 {
		m.money.cache.WithLabelValues(e.Target, "saved").Add(saved)
	} else if saved < 0 {
		m.money.cache.WithLabelValues(e.Target, "lost").Add(-saved)
	}
	if client != "" {
		m.money.clients.WithLabelValues(client).Add(e.Cost.Dollars)
	}
}
