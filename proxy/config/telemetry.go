package config

import (
	"net/url"

	"spillway/proxy/form"
)

// Telemetry says where OpenTelemetry's traces and metrics go. The zero value leaves everything to the environment's
// OTEL_* variables. A change takes effect at the next restart.
type Telemetry struct {
	// OTLP is the base URL of a collector that takes OTLP over HTTP; "" = what OTEL_EXPORTER_OTLP_ENDPOINT says, if it does.
	OTLP string
	// Sample is the share of requests that are traced, 0 to 1, among those that are not part of a trace already, if Sampled;
	// otherwise OTEL_TRACES_SAMPLER decides, which means all if it says nothing.
	Sample  float64
	Sampled bool
}

func readTelemetry(r *form.Report, n *form.Node) (Telemetry, bool) {
	var t Telemetry
	s := form.Open(r, n)
	form.Scalar(s, "otlp", &t.OTLP, parseCollector)
	t.Sampled = form.Scalar(s, "sample", &t.Sample, form.Percent) != nil
	return t, s.Close()
}

// parseCollector reads the base URL of a collector.
func parseCollector(text string) (string, *form.Problem) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", form.Wrong("is no http or https URL with a host alone",
			"name the collector, such as http://127.0.0.1:4318; a credential goes into OTEL_EXPORTER_OTLP_HEADERS")
	}
	return text, nil
}
