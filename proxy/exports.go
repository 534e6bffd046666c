package proxy

import (
	"context"
	"os"
	"runtime/debug"
	"time"

	"spillway/proxy/config"
	"spillway/proxy/telemetry"
)

// exportsFlush is how long the last traces and metrics may take to leave.
const exportsFlush = 3 * time.Second

// telemetry is what OpenTelemetry is started with.
func (p *Proxy) telemetry(c *config.Config) telemetry.Settings {
	s := telemetry.Settings{
		OTLP: c.Telemetry.OTLP, Sample: -1, Gatherer: p.metrics.Gatherer(), Env: os.LookupEnv,
		ModelLabel: func(model string) string { return p.metrics.ModelLabel(model, p.current.Load().Targets) },
		Failed:     func(err error) { p.slog.Warn("exporting traces or metrics failed", "error", err) },
	}
	if c.Telemetry.Sampled {
		s.Sample = c.Telemetry.Sample
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		s.Version = build.Main.Version
	}
	return s
}

// closeExports sends what is left, though ctx be done and requests had to be cut.
func (p *Proxy) closeExports(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportsFlush)
	defer cancel()
	if err := p.exports.Close(ctx); err != nil {
		p.slog.Warn("the last traces or metrics could not be exported", "error", err)
	}
}
