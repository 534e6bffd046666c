package telemetry

import (
	"context"
	"errors"
	"fmt"

	promBridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	noMetrics "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	noTraces "go.opentelemetry.io/otel/trace/noop"
)

// scope names what the spans and metrics are made by.
const scope = "spillway"

// maxValue bounds the values of attributes, in characters: models and paths come from callers.
const maxValue = 500

// The bounds that the conventions recommend: seconds, and tokens.
var (
	durationBounds = []float64{.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	tokenBounds    = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
)

// Telemetry exports in the background, and drops what it cannot get rid of. It is safe for concurrent use.
type Telemetry struct {
	settings  Settings
	tracer    trace.Tracer
	durations metric.Float64Histogram
	tokens    metric.Int64Histogram
	labels    labels
	closers   []func(context.Context) error
}

// Start begins to export. It is nil, which costs nothing, when no collector is named. It does not wait for one.
func Start(ctx context.Context, s Settings) (*Telemetry, error) {
	traces, metrics := s.exports("TRACES"), s.exports("METRICS")
	if !traces && !metrics {
		return nil, nil //nolint:nilnil // nil is a Telemetry that is off
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(s.Failed))
	t := &Telemetry{settings: s, tracer: noTraces.NewTracerProvider().Tracer(scope)}
	meter := noMetrics.NewMeterProvider().Meter(scope)
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(), resource.WithProcessPID(),
		resource.WithAttributes(attribute.String("service.name", scope), attribute.String("service.version", s.Version)), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("describe this process for OpenTelemetry: %w", err)
	}
	if traces {
		if t.tracer, err = t.traces(ctx, about); err != nil {
			return nil, err
		}
	}
	if metrics {
		if meter, err = t.metrics(ctx, about); err != nil {
			return nil, errors.Join(err, t.Close(ctx))
		}
	}
	if err := t.instruments(meter); err != nil {
		return nil, errors.Join(err, t.Close(ctx))
	}
	return t, nil
}

func (t *Telemetry) traces(ctx context.Context, about *resource.Resource) (trace.Tracer, error) {
	var to []otlptracehttp.Option
	if t.settings.OTLP != "" {
		to = append(to, otlptracehttp.WithEndpointURL(t.settings.endpoint("traces")))
	}
	exporter, err := otlptracehttp.New(ctx, to...)
	if err != nil {
		return nil, fmt.Errorf("export traces: %w", err)
	}
	limits := sdktrace.NewSpanLimits()
	if limits.AttributeValueLengthLimit < 0 {
		limits.AttributeValueLengthLimit = maxValue
	}
	options := []sdktrace.TracerProviderOption{sdktrace.WithBatcher(exporter), sdktrace.WithResource(about), sdktrace.WithRawSpanLimits(limits)}
	if t.settings.Sample >= 0 {
		options = append(options, sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(t.settings.Sample))))
	}
	provider := sdktrace.NewTracerProvider(options...)
	t.closers = append(t.closers, provider.Shutdown)
	return provider.Tracer(scope), nil
}

func (t *Telemetry) metrics(ctx context.Context, about *resource.Resource) (metric.Meter, error) {
	var to []otlpmetrichttp.Option
	if t.settings.OTLP != "" {
		to = append(to, otlpmetrichttp.WithEndpointURL(t.settings.endpoint("metrics")))
	}
	exporter, err := otlpmetrichttp.New(ctx, to...)
	if err != nil {
		return nil, fmt.Errorf("export metrics: %w", err)
	}
	reader := sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithProducer(promBridge.NewMetricProducer(promBridge.WithGatherer(t.settings.Gatherer))))
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithResource(about))
	t.closers = append(t.closers, provider.Shutdown)
	return provider.Meter(scope), nil
}

func (t *Telemetry) instruments(meter metric.Meter) (err error) {
	if t.durations, err = meter.Float64Histogram("gen_ai.client.operation.duration", metric.WithUnit("s"),
		metric.WithDescription("GenAI operation duration."), metric.WithExplicitBucketBoundaries(durationBounds...)); err != nil {
		return fmt.Errorf("make an instrument: %w", err)
	}
	if t.tokens, err = meter.Int64Histogram("gen_ai.client.token.usage", metric.WithUnit("{token}"),
		metric.WithDescription("Number of input and output tokens used."), metric.WithExplicitBucketBoundaries(tokenBounds...)); err != nil {
		return fmt.Errorf("make an instrument: %w", err)
	}
	return nil
}

// Close exports what is left, as long as ctx allows. A nil t has nothing.
func (t *Telemetry) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	var all error
	for _, shut := range t.closers {
		all = errors.Join(all, shut(ctx))
	}
	return all
}
