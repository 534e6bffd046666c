package main

import (
	"context"
	"errors"
	"time"
)

// contest is the same load on a floor and on Spillway, in turn, so that whatever else the machine does meets both.
type contest struct {
	answer string
	load   load
	// budget is how many times the floor's CPU Spillway may need; 0 when nothing was promised.
	budget float64
	// start starts both in front of a target. Whatever it starts ends with ctx.
	start func(ctx context.Context, l *lab, target *process) (floor, spillway *process, err error)
}

// sample is what one proxy showed in one round.
type sample struct {
	perSecond, cpuMicros, p50Millis, p99Millis, rssMB float64
}

const warmUp = time.Second

func smallContest(ctx context.Context, l *lab) ([]figure, error) {
	return contest{answerJSON, load{connections: 64, body: smallRequest(false)}, 1.5, besideForwarder}.run(ctx, l, "small")
}

func largeContest(ctx context.Context, l *lab) ([]figure, error) {
	return contest{answerJSON, load{connections: 16, body: largeRequest()}, 1.5, besideForwarder}.run(ctx, l, "large")
}

func streamContest(ctx context.Context, l *lab) ([]figure, error) {
	return contest{answerPaced, load{connections: 64, body: smallRequest(true), stream: true}, 0, besideForwarder}.run(ctx, l, "stream")
}

func burstContest(ctx context.Context, l *lab) ([]figure, error) {
	return contest{answerBurst, load{connections: 64, body: smallRequest(true), stream: true}, 0, besideForwarder}.run(ctx, l, "burst")
}

// besideForwarder starts the bare forwarder, and Spillway as anybody runs it.
func besideForwarder(ctx context.Context, l *lab, target *process) (forwarder, spillway *process, err error) {
	forwarder, errA := l.startForwarder(ctx, target)
	spillway, errB := l.startSpillway(ctx, configFor(target))
	return forwarder, spillway, errors.Join(errA, errB)
}

func (c contest) run(ctx context.Context, l *lab, name string) ([]figure, error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	target, err := l.startTarget(ctx, c.answer)
	if err != nil {
		return nil, err
	}
	floor, spillway, err := c.start(ctx, l, target)
	if err != nil {
		return nil, err
	}
	defer floor.stop()
	defer spillway.stop()
	var least, ours []sample
	for range l.rounds {
		a, errA := c.load.measure(ctx, floor, l.duration)
		b, errB := c.load.measure(ctx, spillway, l.duration)
		if err := errors.Join(errA, errB); err != nil {
			return nil, err
		}
		least, ours = append(least, a), append(ours, b)
	}
	return c.figures(least, ours), l.profile(ctx, spillway, c.load, name)
}

// measure warms a proxy up and then notes what the load costs it.
func (l load) measure(ctx context.Context, proxy *process, duration time.Duration) (sample, error) {
	client := newClient(proxy.address, l.stream)
	defer client.CloseIdleConnections()
	if _, err := l.run(ctx, client, warmUp); err != nil {
		return sample{}, err
	}
	before, err := proxy.usage()
	if err != nil {
		return sample{}, err
	}
	t, err := l.run(ctx, client, duration)
	if err != nil {
		return sample{}, err
	}
	after, err := proxy.usage()
	units := float64(l.units(t))
	return sample{
		perSecond: units / t.took.Seconds(),
		cpuMicros: float64((after.cpu - before.cpu).Microseconds()) / units,
		p50Millis: t.latency.quantile(0.50).Seconds() * 1e3,
		p99Millis: t.latency.quantile(0.99).Seconds() * 1e3,
		rssMB:     float64(after.rss) / (1 << 20),
	}, err
}

func (c contest) figures(least, ours []sample) []figure {
	unit, latency := "request", "latency"
	if c.load.stream {
		unit, latency = "event", "delay of a delta"
	}
	column := func(name string, value func(sample) float64) figure {
		return figure{Name: name, Floor: each(least, value), Spillway: each(ours, value)}
	}
	cpu := column("CPU µs/"+unit, func(s sample) float64 { return s.cpuMicros })
	cpu.MostRatio = c.budget
	return []figure{
		cpu,
		column(unit+"s/s", func(s sample) float64 { return s.perSecond }),
		column(latency+" p50 ms", func(s sample) float64 { return s.p50Millis }),
		column(latency+" p99 ms", func(s sample) float64 { return s.p99Millis }),
		column("RSS MB", func(s sample) float64 { return s.rssMB }),
	}
}

func each(samples []sample, value func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = value(s)
	}
	return values
}
