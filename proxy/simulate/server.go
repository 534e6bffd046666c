package simulate

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/cost"
	"spillway/proxy/dialect"
	"spillway/proxy/failure"
	"spillway/proxy/loop"
)

// eventPace is about how often a long answer says something: often enough for every time limit, and no oftener.
const eventPace = 15 * time.Second

// nano is how many nanodollars make a dollar.
const nano = 1e9

// server is a simulated target at work. It implements [loop.Sender].
type server struct {
	*target
	stage    *stage
	place    int               // among the targets
	inFlight map[string]int    // by model
	prompts  int               // tokens of those
	names    map[string]string // of models, quoted
	spent    int64             // nanodollars
}

// visit is one request at a server.
type visit struct {
	*server
	order   *order
	out     *loop.Outgoing
	dice    dice
	wire    wire
	model   string
	output  int
	streams bool
	came    time.Duration
	slower  [2]float64 // the first token, and the others
	ends    FaultKind
}

// Send implements [loop.Sender].
func (s *server) Send(out *loop.Outgoing) (loop.Incoming, error) {
	v := s.receive(out)
	reason, silent := v.trouble()
	switch {
	case silent == Reset:
		v.note(sendFailed)
		return nil, v.wait(v.dice.wait(v.refuses), failure.ErrReset)
	case silent == Hang:
		v.note(sendFailed)
		return nil, v.wait(2*maxDuration, nil)
	case silent == InStream && v.streams:
		v.note(sendOverloaded)
		return v.openWithError()
	case reason != "":
		v.note(resultOf(reason))
		return v.refuse(reason)
	}
	v.note(sendAnswered)
	return v.answer()
}

// receive reads a request.
func (s *server) receive(out *loop.Outgoing) *visit {
	o := s.stage.orderOf(out)
	o.sends++
	v := &visit{
		server: s, order: o, out: out, dice: newDice(s.stage.scenario.Seed, "send", o.number<<8|uint64(o.sends)),
		came: s.stage.now(), slower: [2]float64{1, 1},
	}
	call := o.prompt.call
	most := call.MaxTokens
	v.model, v.streams = call.Model, call.Stream
	if len(out.Body) != len(call.Body) || &out.Body[0] != &call.Body[0] {
		fields := gjson.GetManyBytes(out.Body, "model", "stream", "max_tokens", "max_completion_tokens")
		v.model, v.streams, most = fields[0].Str, fields[1].Bool(), max(int(fields[2].Int()), int(fields[3].Int()))
	}
	v.output = o.answer
	if most > 0 {
		v.output = min(v.output, most)
	}
	v.wire = wire{
		api: s.Dialect, endpoint: dialect.Messages, model: s.quoted(v.model), id: o.number<<4 | uint64(o.sends), input: len(out.Body) / bytesPerToken,
	}
	if s.Dialect == engine.OpenAI {
		v.wire.endpoint = dialect.ChatCompletions
		v.wire.counted = bytes.Contains(out.Body, []byte(`"include_usage":true`))
	}
	return v
}

// quoted is a model's name as JSON.
func (s *server) quoted(model string) string {
	name, ok := s.names[model]
	if !ok {
		name = quote(model)
		s.names[model] = name
	}
	return name
}

// trouble is why the request gets no good answer: a reason that the target gives, or a fault that gives none. Faults that
// only slow it down, or end it early, are noted.
func (v *visit) trouble() (reason engine.Reason, silent FaultKind) {
	lost := 0.0
	for i := range v.faults {
		f := &v.faults[i]
		if f.Kind == Brownout {
			if f.of(v.model) {
				lost = max(lost, f.level(v.came))
			}
			continue
		}
		if !f.hits(v.came, v.model, v.wire.input, v.dice) {
			continue
		}
		switch f.Kind {
		case Overloaded, RateLimited, ServerError:
			return reasonOf(f.Kind), ""
		case InStream:
			return engine.ReasonOverloaded, InStream
		case Reset, Hang:
			return "", f.Kind
		case SlowStart:
			v.slower[0] *= f.times
		case SlowDrip:
			v.slower[1] *= f.times
		case Stall, Cut:
			v.ends = f.Kind
		}
	}
	switch {
	case v.spendCap > 0 && float64(v.spent) >= v.spendCap*nano:
		return engine.ReasonSpendLimit, ""
	case v.full(lost):
		return engine.ReasonOverloaded, ""
	}
	return "", ""
}

func reasonOf(k FaultKind) engine.Reason {
	switch k {
	case RateLimited:
		return engine.ReasonRateLimit
	case ServerError:
		return engine.ReasonServer
	default:
		return engine.ReasonOverloaded
	}
}

// full says whether there is no room for another request, a share of the capacity being gone. What room there is makes the
// first token slower the less it is.
func (v *visit) full(lost float64) bool {
	used := 0.0
	if most := v.room(v.model); most > 0 {
		left := float64(most) * (1 - lost)
		busy := float64(v.inFlight[v.model])
		if busy+1 > left {
			return true
		}
		used = busy / left
	} else if lost > 0 && v.dice.hits(lost) {
		return true
	}
	if v.promptRoom > 0 {
		left := float64(v.promptRoom) * (1 - lost)
		if float64(v.prompts+v.wire.input) > left {
			return true
		}
		used = max(used, float64(v.prompts)/left)
	}
	v.slower[0] *= 1 + float64((v.strain-1)*used*used)
	return false
}

// wait lets time pass before an answer. The error says why there is none: err, or that the client's patience ended.
func (v *visit) wait(d time.Duration, err error) error {
	clock, until := v.stage.clock, v.out.Until
	if v.streams && !v.out.FirstEvent.IsZero() && v.out.FirstEvent.Before(until) {
		until = v.out.FirstEvent
	}
	left := until.Sub(clock.Now())
	switch {
	case clock.Wait(min(d, left), v.out.Gone) == 0:
		return failure.ErrReset
	case left < d:
		return failure.ErrFirstEvent
	}
	return err
}

// refuse answers with an error.
func (v *visit) refuse(reason engine.Reason) (loop.Incoming, error) {
	if err := v.wait(v.dice.wait(v.refuses), nil); err != nil {
		return nil, err
	}
	a := &answer{clock: v.stage.clock, kind: "application/json"}
	a.status, a.body = v.wire.refusal(reason)
	if reason == engine.ReasonRateLimit {
		a.wait = strconv.Itoa(int(1 + v.dice.any()%5))
	}
	return a, nil
}

// openWithError answers with a stream that begins with an overload.
func (v *visit) openWithError() (loop.Incoming, error) {
	if err := v.wait(v.dice.wait(v.firstToken)/2, nil); err != nil {
		return nil, err
	}
	return &answer{clock: v.stage.clock, status: 200, kind: "text/event-stream", streams: true, pending: v.wire.failing(), ended: true}, nil
}

// answer answers well, or at least begins to.
func (v *visit) answer() (loop.Incoming, error) {
	first := atMostADay(float64(v.dice.wait(v.firstToken)) * v.slower[0])
	if v.reads > 0 {
		first += time.Duration(v.wire.input) * time.Second / time.Duration(v.reads)
	}
	// In thousandths of a token each second.
	token := atMostADay(float64(time.Second) * 1000 / float64(max(1, v.dice.of(v.writes))) * v.slower[1])
	rest := atMostADay(float64(v.output-1) * float64(token))
	v.enter()
	if !v.streams {
		return v.whole(first, rest)
	}
	if err := v.wait(first, nil); err != nil {
		v.leave(0)
		return nil, err
	}
	began := v.stage.clock.Now()
	events := min(max(1, v.output-1), int(rest/eventPace)+1)
	a := &answer{
		clock: v.stage.clock, status: 200, kind: "text/event-stream", gone: v.out.Gone, streams: true, wire: v.wire, pending: v.wire.opening(),
		step: rest / time.Duration(events), steps: events - 1, output: v.output, ends: v.ends,
	}
	a.due = began.Add(a.step)
	if v.ends != "" {
		a.steps /= 2
	}
	a.over = func() { v.leave(min(v.output, 1+int(v.stage.clock.Now().Sub(began)/max(1, token)))) }
	return a, nil
}

// atMostADay is a time in nanoseconds, if it is not absurd.
func atMostADay(ns float64) time.Duration { return time.Duration(min(ns, float64(maxDuration))) }

// whole answers without a stream.
func (v *visit) whole(first, rest time.Duration) (loop.Incoming, error) {
	d, failed := first+rest, error(nil)
	switch v.ends {
	case Cut:
		d, failed = first+rest/2, failure.ErrReset
	case Stall:
		d = 2 * maxDuration
	}
	if err := v.wait(d, failed); err != nil {
		v.leave(v.output / 2)
		return nil, err
	}
	a := &answer{clock: v.stage.clock, status: 200, kind: "application/json", body: v.wire.whole(v.output)}
	a.over = func() { v.leave(v.output) }
	return a, nil
}

// enter takes a place at the target.
func (v *visit) enter() {
	v.inFlight[v.model]++
	v.prompts += v.wire.input
}

// leave gives it back, and charges for what was written until then.
func (v *visit) leave(output int) {
	v.inFlight[v.model]--
	v.prompts -= v.wire.input
	dollars := cost.Of(&v.Target, cost.Tokens{Input: v.wire.input, Output: output}, v.model).Dollars
	nanos := int64(math.Round(dollars * nano)) // machines differ in the last bits
	v.spent += nanos
	v.stage.book.charged(v.order, v.wire.input, output, nanos)
}

func (v *visit) note(r result) { v.stage.book.sent(v.order, v.place, v.came, r) }
