package telemetry

import (
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"spillway/proxy/loop"
)

// series is what a measurement is counted under. There are few: models are those that ModelLabel leaves.
type series struct {
	target, url, provider, model string
	failed                       string // as error.type; "" when it was not
	tokens                       string // as gen_ai.token.type; "" for durations
}

// labels keeps the attributes of series, which are dear to build for each measurement. It is safe for concurrent use.
type labels struct {
	mu    sync.RWMutex
	known map[series]metric.MeasurementOption
}

// of are the attributes of a measurement at a target: of an attempt that failed in a way, or of tokens of a kind, "" where neither.
func (l *labels) of(t *loop.Target, model, failed, tokens string) metric.MeasurementOption {
	s := series{t.Name, t.URL, provider(t), model, failed, tokens}
	l.mu.RLock()
	known := l.known[s]
	l.mu.RUnlock()
	if known != nil {
		return known
	}
	list := identity(t, model)
	if failed != "" {
		list = append(list, attribute.String("error.type", failed))
	}
	if tokens != "" {
		list = append(list, attribute.String("gen_ai.token.type", tokens))
	}
	known = metric.WithAttributeSet(attribute.NewSet(list...))
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[series]metric.MeasurementOption{}
	}
	l.known[s] = known
	return known
}
