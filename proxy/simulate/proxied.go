package simulate

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/proxy/gate"
	"spillway/proxy/loop"
	"spillway/proxy/trace"
)

const (
	// decideLimit is the time limit of a decision. It is so generous that no machine is too slow: it ends a simulation.
	decideLimit = 10 * time.Second
	// earlyHeaders is the quiet spell after which a streaming client has a 200, so that its SDK does not try again when there is no
	// answer after all; clients of less patience than impatient get none. Both are the proxy's (early.go).
	earlyHeaders = 10 * time.Second
	impatient    = time.Minute
)

// proxied asks through the loop that serves live traffic.
type proxied struct {
	stage   *stage
	policy  *runtime.Policy
	loop    *loop.Loop
	targets []*loop.Target
}

func newProxied(s *stage, c *Contender) (*proxied, error) {
	env := engine.Environment{Vars: s.scenario.vars}
	p := &proxied{stage: s}
	for _, server := range s.servers {
		p.targets = append(p.targets, &loop.Target{Identity: server.Name, Sender: server, Target: server.Target})
		env.Targets = append(env.Targets, engine.Target{Name: server.Name, Dialect: server.Dialect, Models: server.Models, Price: server.Price})
	}
	policy, fault := runtime.New(c.program, env, runtime.Limits{Decide: decideLimit})
	if fault != nil {
		return nil, engine.Faults{fault}
	}
	p.policy = policy
	seeds := newDice(s.scenario.Seed, "decision", 0)
	p.loop = &loop.Loop{
		Clock: s.clock, Gates: gate.New(s.clock, s.scenario.limits), Counters: &loop.Counters{}, Observe: watch{s}, Seed: seeds.any,
	}
	return p, nil
}

func (p *proxied) close() { p.policy.Close() }

// queued is how many requests stand in line.
func (p *proxied) queued() (n int) {
	for _, state := range p.loop.Gates.States() {
		if !state.Whole {
			n += state.Health.Queued
		}
	}
	return n
}

// ask makes one try of an order, as an SDK would.
func (p *proxied) ask(o *order, try int) outcome {
	x := p.exchange(o, try)
	a := p.loop.Run(x)
	out := outcome{status: a.Status, target: a.Target, model: a.Model, first: p.stage.now()}
	switch {
	case a.Gone:
		out.end = gaveUp
	case a.Relay != nil:
		o.started()
		out.end, out.begun = p.read(a, o), true
	case a.Incoming != nil:
		_ = a.Incoming.Close()
	default:
		patient := o.client.timeout >= impatient
		out.end, out.begun = failed, x.Request.Stream && patient && p.stage.clock.Now().Sub(x.Began) >= earlyHeaders
		out.header = headerIn(a.Set)
	}
	return out
}

func (p *proxied) exchange(o *order, try int) *loop.Exchange {
	call, now := o.prompt.call, p.stage.clock.Now()
	id := "sim-" + strconv.FormatUint(o.number, 10) + "-" + strconv.Itoa(try)
	x := &loop.Exchange{
		Request: engine.Request{
			ID: id, API: call.API, Path: o.prompt.path, Model: call.Model, MaxTokens: call.MaxTokens, Stream: call.Stream, Bytes: len(call.Body),
			Client: engine.Client{Name: o.client.Name, Priority: o.client.priority},
			SDK:    engine.SDK{RetryCount: try, Timeout: o.client.timeout}, Content: content{call, &p.loop.Estimator},
		},
		Call: call, Header: o.headers, Policy: p.policy, Targets: p.targets, Began: now, Gone: &o.gone, Cut: never,
		Deadline: now.Add(min(p.stage.scenario.deadline, max(o.client.timeout-time.Second, o.client.timeout/2))),
		Record:   &trace.Record{ID: id, API: call.API, Model: call.Model, Began: now},
	}
	for _, floor := range o.client.forbid {
		x.Floors.Forbid(floor)
	}
	return x
}

func never() bool { return false }

// read reads a stream to its end, as an SDK does.
func (p *proxied) read(a *loop.Answer, o *order) ending {
	defer func() { _ = a.Relay.Close() }()
	for {
		switch _, err := a.Relay.Next(); {
		case errors.Is(err, io.EOF):
			return served
		case err != nil && o.gone.Fired():
			return gaveUp
		case err != nil:
			return broken
		}
	}
}

// headerIn finds a header by its name.
func headerIn(set [][2]string) func(name string) string {
	return func(name string) string {
		for _, h := range set {
			if strings.EqualFold(h[0], name) {
				return h[1]
			}
		}
		return ""
	}
}

// watch is told what the loop does. It implements [loop.Observer].
type watch struct{ stage *stage }

// Decided implements [loop.Observer].
func (w watch) Decided(_ *loop.Exchange, d *engine.Decision) { w.stage.decided(d) }

// Attempted implements [loop.Observer].
func (watch) Attempted(*loop.Exchange, *engine.Attempt) {}

// Committed implements [loop.Observer].
func (watch) Committed(*loop.Exchange, string, string, time.Duration) {}

// Ended implements [loop.Observer].
func (watch) Ended(*loop.Exchange, *trace.End) {}
