package loop_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/engine/script"
	"spillway/proxy/clock"
	"spillway/proxy/config"
	"spillway/proxy/dialect"
	"spillway/proxy/gate"
	"spillway/proxy/loop"
	"spillway/proxy/trace"
)

// sender implements [loop.Sender].
type sender func(*clock.Virtual) (loop.Incoming, error)

// stage is one request's loop on a virtual clock: a policy, targets, and what was observed.
type stage struct {
	nobody
	*clock.Virtual

	loop      *loop.Loop
	exchange  *loop.Exchange
	decisions int
	course    []string // of attempts and the end
	answer    *loop.Answer
	panicked  any
	took      time.Duration
	gates     *gate.Gates
}

func (s *stage) Decided(*loop.Exchange, *engine.Decision) { s.decisions++ }
func (s *stage) Attempted(_ *loop.Exchange, a *engine.Attempt) {
	s.course = append(s.course, a.Target+":"+string(a.Reason))
}
func (s *stage) Ended(_ *loop.Exchange, e *trace.End) {
	s.course = append(s.course, "ended:"+string(e.Outcome))
}

type on struct {
	clock *clock.Virtual
	send  sender
}

func (o on) Send(*loop.Outgoing) (loop.Incoming, error) { return o.send(o.clock) }

// play runs one request under a policy, whose targets are a, b and so on.
func play(t *testing.T, policy string, targets ...sender) *stage {
	t.Helper()
	s := set(t, policy, targets...)
	s.run(t)
	return s
}

// set makes all ready for [stage.run].
func set(t *testing.T, policy string, targets ...sender) *stage {
	t.Helper()
	program, faults := script.Compile(fstest.MapFS{"p.ts": {Data: []byte("export function decide(request, attempts) { " + policy + " }")}}, "p.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	c := clock.NewVirtual(time.Unix(1_800_000_000, 0))
	s := &stage{Virtual: c, gates: gate.New(c, gate.Settings{})}
	env := engine.Environment{}
	var configured []*loop.Target
	for i, send := range targets {
		name := string(rune('a' + i))
		env.Targets = append(env.Targets, engine.Target{Name: name, Dialect: engine.Anthropic})
		configured = append(configured, &loop.Target{
			Target: config.Target{Name: name, Dialect: engine.Anthropic, ForwardCaller: true}, Sender: on{c, send}, Identity: name,
		})
	}
	decides, fault := runtime.New(program, env, runtime.Limits{Decide: time.Minute})
	if fault != nil {
		t.Fatal(fault.Frame())
	}
	t.Cleanup(decides.Close)
	call, problem := dialect.Parse(engine.Anthropic, dialect.Messages, []byte(`{"model":"m","max_tokens":100,"messages":[{"role":"user","content":"Hi."}]}`))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	s.loop = &loop.Loop{Clock: c, Counters: &loop.Counters{}, Observe: s, Gates: s.gates}
	s.exchange = &loop.Exchange{
		Request: engine.Request{ID: "r", API: engine.Anthropic, Path: "/v1/messages", Model: "m", MaxTokens: 100, Content: stormContent{call}},
		Call:    call, Header: func(func(key, value []byte) bool) {}, Policy: decides, Targets: configured,
		Began: c.Now(), Deadline: c.Now().Add(time.Hour), Gone: &clock.Signal{}, Cut: func() bool { return false }, Record: &trace.Record{ID: "r", Began: c.Now()},
	}
	return s
}

func (s *stage) run(t *testing.T) {
	t.Helper()
	s.Go(func() {
		defer func() { s.panicked, s.took = recover(), s.Now().Sub(s.exchange.Began) }()
		s.answer = s.loop.Run(s.exchange)
	})
	if err := s.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// after answers with a whole message, or an error's status, after a time.
func after(d time.Duration, status int) sender {
	return func(c *clock.Virtual) (loop.Incoming, error) {
		c.Wait(d)
		body := `{"type":"error","error":{"type":"api_error","message":"no"}}`
		if status == 200 {
			body = `{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hi."}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}`
		}
		return &stormAnswer{clock: c, status: status, body: []byte(body), over: func() {}}, nil
	}
}

// unfit is a send that cannot be rendered.
const unfit = `{ send: "a", model: "m".repeat(300) }`

// The last decision that a request has is the last that is asked for, and acted on.
func TestDecisionsEnd(t *testing.T) {
	s := play(t, "return "+unfit, after(0, 200))
	if s.decisions != 32 || len(s.course) != 33 || s.answer.Status != 400 {
		t.Errorf("%d decisions, %d %s: %v", s.decisions, s.answer.Status, s.answer.Body, s.course)
	}
}

// The second wait that does not fit ends the request, without another word of the policy.
func TestTheSecondDeadlineIsTheLast(t *testing.T) {
	s := play(t, `return attempts.length > 1 ? { fail: { message: "too late" } } : { send: "a", after: "2h" }`, after(0, 200))
	if want := []string{"a:deadline", "a:deadline", "ended:failed"}; s.decisions != 2 || !slices.Equal(s.course, want) || s.answer.Status != 529 {
		t.Errorf("%d decisions, %v, %d %s", s.decisions, s.course, s.answer.Status, s.answer.Body)
	}
}

// What was never sent is no retry.
func TestUnsentAttemptsLeaveTheRetryBudgetAlone(t *testing.T) {
	s := play(t, `return attempts.length % 21 ? `+unfit+` : { send: "a" }`, after(0, 500))
	if want := slices.Concat([]string{"a:server"}, slices.Repeat([]string{"a:unfit"}, 20), []string{"a:server"}); !slices.Equal(s.course[:22], want) {
		t.Errorf("%v", s.course)
	}
}

// A hedge's failed side is told of before the request's end.
func TestHedgesAreObservedInOrder(t *testing.T) {
	s := play(t, `return { send: "a", hedge: { after: "1s", send: "b" } }`, after(2*time.Second, 500), after(2*time.Second, 200))
	if want := []string{"a:server", "ended:ok"}; !slices.Equal(s.course, want) || s.answer.Status != 200 {
		t.Errorf("%v, want %v", s.course, want)
	}
}

// A defect on either side of a hedge ends the request that it is in, with its place at the target given back.
func TestDefectsInHedgesAreTheRequests(t *testing.T) {
	defect := func(c *clock.Virtual) (loop.Incoming, error) { c.Wait(2 * time.Second); panic("planted") }
	for name, targets := range map[string][]sender{
		"the first":  {defect, after(time.Hour, 200)},
		"the second": {after(time.Hour, 200), defect},
		"both":       {defect, defect},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, `return { send: "a", hedge: { after: "1s", send: "b" } }`, targets...)
			if said := fmt.Sprint(s.panicked); !strings.Contains(said, "planted") || !strings.Contains(said, "loop_test.go") {
				t.Errorf("panicked with %v", s.panicked)
			}
			for _, g := range s.gates.States() {
				if g.Health.InFlight > 0 {
					t.Errorf("%+v", g)
				}
			}
		})
	}
}

// A defect before a hedge's second side is sent waits for the first, which reads what is the request's.
func TestADefectBetweenTheSidesOfAHedge(t *testing.T) {
	s := set(t, `return { send: "a", hedge: { after: "1s", send: "b" } }`, after(time.Minute, 200), after(0, 200))
	read := 0
	s.exchange.Header = func(func(key, value []byte) bool) {
		if read++; read == 2 {
			panic("planted")
		}
	}
	s.run(t)
	if s.panicked != "planted" || s.took != time.Minute {
		t.Errorf("%v after %s", s.panicked, s.took)
	}
	for _, g := range s.gates.States() {
		if g.Health.InFlight > 0 {
			t.Errorf("%+v", g)
		}
	}
}
