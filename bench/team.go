package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/valyala/fasthttp"
)

// teamSettings are what a team switches on, with limits that nothing here reaches.
const teamSettings = `
clients:
  - name: bench
    key: %s
    limits: { requests: 10M/minute, tokens: [1000M/minute, 1000000M/day], dollars: 1000000000/month }
telemetry: { otlp: "http://%s", sample: 1%% }
decisions: { file: decisions.jsonl }
`

func teamContest(ctx context.Context, l *lab) ([]figure, error) {
	return contest{answerJSON, load{connections: 64, body: smallRequest(false)}, 1.3, withAndWithout}.run(ctx, l, "team")
}

// withAndWithout starts Spillway as anybody runs it, and with all that a team switches on.
func withAndWithout(ctx context.Context, l *lab, target *process) (without, with *process, err error) {
	collector, errA := l.startSelf(ctx, "collector", "")
	without, errB := l.startSpillway(ctx, configFor(target))
	if err := errors.Join(errA, errB); err != nil {
		return nil, nil, err
	}
	settings := configFor(target) + fmt.Sprintf(teamSettings, clientKey, collector.address)
	with, err = l.startSpillway(ctx, settings)
	return without, with, err
}

// serveCollector takes whatever OpenTelemetry exports, and forgets it.
func serveCollector(address, _ string) error {
	return serve(address, func(ctx *fasthttp.RequestCtx) { ctx.SetContentType("application/x-protobuf") })
}
