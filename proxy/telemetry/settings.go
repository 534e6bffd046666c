package telemetry

import (
	"cmp"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// Settings say where to. What they leave open is read from the environment, as OpenTelemetry's specification has it:
// OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS, _TIMEOUT, _CERTIFICATE and their kin for one signal, OTEL_TRACES_SAMPLER,
// OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_BSP_*, OTEL_METRIC_EXPORT_INTERVAL.
type Settings struct {
	// OTLP is the base URL of a collector; "" = as the environment says, and off if it says nothing.
	OTLP string
	// Sample is the share of requests that are traced, 0 to 1, among those that do not belong to a trace; negative = as the
	// environment says, which is all if it says nothing.
	Sample float64
	// Version is Spillway's own.
	Version string
	// Gatherer has the metrics that Prometheus reads; they are exported too.
	Gatherer prometheus.Gatherer
	// ModelLabel is a model's name in metrics, of which there must not be too many.
	ModelLabel func(model string) string
	// Failed is told why something could not be exported. The SDK has one such function for the whole process.
	Failed func(error)
	// Env looks up a variable.
	Env func(name string) (string, bool)
}

// env is a variable's value, "" when it is not set.
func (s *Settings) env(name string) string {
	value, _ := s.Env(name)
	return strings.TrimSpace(value)
}

// exports says whether a signal, TRACES or METRICS, is to be exported.
func (s *Settings) exports(signal string) bool {
	if strings.EqualFold(s.env("OTEL_SDK_DISABLED"), "true") || strings.EqualFold(s.env("OTEL_"+signal+"_EXPORTER"), "none") {
		return false
	}
	return cmp.Or(s.OTLP, s.env("OTEL_EXPORTER_OTLP_ENDPOINT"), s.env("OTEL_EXPORTER_OTLP_"+signal+"_ENDPOINT")) != ""
}

// endpoint is where a configured collector takes a signal, "traces" or "metrics".
func (s *Settings) endpoint(signal string) string {
	return strings.TrimSuffix(s.OTLP, "/") + "/v1/" + signal
}
