package telemetry

import (
	"net/url"
	"strconv"

	"go.opentelemetry.io/otel/attribute"

	"spillway/engine"
	"spillway/proxy/loop"
	"spillway/proxy/trace"
)

// operation is what every request that a policy decides about asks for.
const operation = "chat"

// identity is what both spans and metrics say of an attempt.
func identity(t *loop.Target, model string) []attribute.KeyValue {
	list := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", operation), attribute.String("gen_ai.provider.name", provider(t)),
		attribute.String("gen_ai.request.model", model), attribute.String("spillway.target", t.Name),
	}
	u, err := url.Parse(t.URL)
	if err != nil {
		return list
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		port = map[string]int{"http": 80, "https": 443}[u.Scheme]
	}
	return append(list, attribute.String("server.address", u.Hostname()), attribute.Int("server.port", port))
}

// provider is the conventions' word for the target's server, or, where they have none, for its dialect.
func provider(t *loop.Target) string {
	if t.Server.Name == "deepseek" {
		return t.Server.Name
	}
	return string(t.Dialect)
}

// failure is what an attempt's failure adds to its identity. Its type is one of Spillway's reasons.
func failure(a *engine.Attempt) attribute.KeyValue {
	return attribute.String("error.type", string(a.Reason))
}

// usage is what an answer cost. The conventions count cached tokens as input too.
func usage(u trace.Usage) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.Int("gen_ai.usage.input_tokens", input(u)), attribute.Int("gen_ai.usage.output_tokens", u.Output),
		attribute.Int("gen_ai.usage.cache_read.input_tokens", u.CacheRead), attribute.Int("gen_ai.usage.cache_creation.input_tokens", u.CacheWrite),
	}
}

func input(u trace.Usage) int { return u.Input + u.CacheRead + u.CacheWrite }

// decision is what a policy made of what it saw.
func decision(policy string, d *engine.Decision) []attribute.KeyValue {
	list := []attribute.KeyValue{
		attribute.String("spillway.policy", policy), attribute.String("spillway.decision.line", d.At.String()),
		attribute.String("spillway.decision.outcome", string(d.Outcome)),
	}
	if d.Action.Because != "" {
		list = append(list, attribute.String("spillway.decision.because", d.Action.Because))
	}
	switch {
	case d.Action.Send != nil:
		list = append(list, attribute.String("spillway.decision.send", d.Action.Send.Target))
	case d.Action.Fail != nil:
		list = append(list, attribute.Bool("spillway.decision.fail", true))
	}
	if p := d.Action.Pause; p != nil {
		list = append(list, attribute.String("spillway.decision.pause", p.Target))
	}
	return list
}

// arrival is what is known of a request when it comes.
func arrival(r *trace.Record) []attribute.KeyValue {
	list := []attribute.KeyValue{
		attribute.String("http.request.method", "POST"), attribute.String("url.path", r.Path),
		attribute.String("gen_ai.request.model", r.Model), attribute.String("spillway.request.id", r.ID),
		attribute.String("spillway.policy", r.Policy), attribute.String("spillway.revision", r.Revision),
	}
	if r.Client != "" {
		list = append(list, attribute.String("spillway.client", r.Client))
	}
	return list
}

// ending is what is known of it at last.
func ending(e *trace.End) []attribute.KeyValue {
	list := []attribute.KeyValue{attribute.String("spillway.outcome", string(e.Outcome)), attribute.Int("spillway.sends", e.Sends)}
	if e.Status > 0 {
		list = append(list, attribute.Int("http.response.status_code", e.Status))
	}
	if e.Target != "" {
		list = append(list, attribute.String("spillway.target", e.Target), attribute.String("gen_ai.response.model", e.Model))
	}
	if e.Cost.Known {
		list = append(list, attribute.Float64("spillway.cost.dollars", e.Cost.Dollars), attribute.Float64("spillway.cost.cache_saved", e.Cost.CacheSaved))
	}
	if len(e.Edits) > 0 {
		list = append(list, attribute.StringSlice("spillway.edits", e.Edits))
	}
	return list
}
