package trim_test

import (
	"bytes"
	"fmt"
	"testing"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
	"spillway/proxy/trim"
	"spillway/proxy/trim/proof"
)

// grow lets a conversation grow with one set of options, and holds each of its trimmed requests against all laws. cases is how
// many requests that were, of which cut were cut.
func grow(seed uint64, chat bool, n uint64) (cases, cut int, err error) {
	c := proof.New(seed, chat)
	end, err := c.Last()
	if err != nil {
		return 0, 0, err
	}
	rules := combination(n, end, c.Moves)
	var last proof.Step
	loop := -1
	for request, err := range c.Requests() {
		if err != nil {
			return cases, cut, err
		}
		step, err := trimmed(c, request, rules, &loop)
		if err == nil && last.Before != nil {
			err = c.Grew(rules, last, step)
		}
		if err != nil {
			return cases, cut, fmt.Errorf("seed %d, chat %v, options %d: %w\n%+v\nin   %s\nout  %s", seed, chat, n, err, *rules, request.Body, step.After.Body)
		}
		if last = step; !step.Shape.IsZero() {
			rules.LoopTrimmed = true
			cut++
		}
		cases++
	}
	return cases, cut, nil
}

func read(chat bool, body []byte) (*dialect.Call, error) {
	api, endpoint := engine.Anthropic, dialect.Messages
	if chat {
		api, endpoint = engine.OpenAI, dialect.ChatCompletions
	}
	call, problem := dialect.Parse(api, endpoint, bytes.Clone(body))
	if problem != nil {
		return nil, problem
	}
	return call, nil
}

// trimmed is a request, and what a trim left of it once all laws hold that need no other request. loop is where the tool loop
// of the request before began.
func trimmed(c *proof.Conversation, request *proof.Request, rules *proof.Rules, loop *int) (step proof.Step, err error) {
	if step.Before, step.After = request, request; step.Before.Loop() != *loop { // this is the request that begins another
		*loop, rules.LoopTrimmed = step.Before.Loop(), false
	}
	if err := step.Before.Judge(c.Chat); err != nil {
		return step, fmt.Errorf("the generator: %w", err)
	}
	call, err := read(c.Chat, request.Body)
	if err != nil {
		return step, err
	}
	o := trim.Options{Trim: rules.Trim, Tokens: rules.Tokens, PrefixBound: rules.PrefixBound, LoopTrimmed: rules.LoopTrimmed}
	got, err := trim.Trim(call, o)
	if err != nil {
		return step, err
	}
	if o.LoopTrimmed = false; rules.PrefixBound && request.IsOpen() {
		if got, err := trim.Trim(call, o); err != nil || got.Call != call {
			return step, fmt.Errorf("cut in a tool loop that did not begin so (%v)", err)
		}
	}
	if step.After, err = c.Read(got.Call.Body); err != nil {
		return step, err
	}
	if step.Shape, err = c.Compare(rules, step.Before, step.After); err != nil {
		return step, err
	}
	if !step.Shape.IsZero() {
		o.LoopTrimmed = rules.LoopTrimmed
		return step, holds(c.Chat, call, step, got, o, rules)
	}
	if err := grammar.Check(call); err != nil {
		return step, fmt.Errorf("the grammar refuses what the oracle does not: %w", err)
	}
	if got.Call != call || got.Saved != 0 || got.Applied != nil {
		return step, fmt.Errorf("nothing was cut, and that is not what was said: %+v", got)
	}
	return step, nil
}

// holds are the laws for a request that was cut.
func holds(chat bool, call *dialect.Call, step proof.Step, got trim.Result, o trim.Options, rules *proof.Rules) error {
	body, after := step.Before.Body, step.After.Body
	saved := step.Before.Estimate(rules) - step.After.Estimate(rules)
	switch {
	case !bytes.Equal(call.Body, body):
		return fmt.Errorf("the request itself was changed")
	case len(after) >= len(body):
		return fmt.Errorf("not smaller")
	case got.Saved != saved || saved < max(1, o.MinTokens):
		return fmt.Errorf("%d tokens were saved, and %d reported", saved, got.Saved)
	}
	if err := step.After.Judge(chat); err != nil {
		return fmt.Errorf("the target would refuse it: %w", err)
	}
	same, err := read(chat, body)
	if err != nil {
		return err
	}
	if again, err := trim.Trim(same, o); err != nil || !bytes.Equal(again.Call.Body, after) {
		return fmt.Errorf("not deterministic (%v): %s", err, again.Call.Body)
	}
	if twice, err := trim.Trim(got.Call, o); err != nil || twice.Call != got.Call {
		return fmt.Errorf("not idempotent (%v): %s", err, twice.Call.Body)
	}
	return nil
}

// stride is a prime that no number of choices shares a factor with: successive multiples of it are far apart, and in the end
// every combination.
const stride = 7919

// Every law holds for conversations of every kind, in both dialects, with every sort of options.
func TestLaws(t *testing.T) {
	cases, cut := 0, 0
	for seed := range uint64(1500) {
		for i, chat := range []bool{false, true} {
			all, some, err := grow(seed, chat, (2*seed+uint64(i))*stride%combinations)
			if err != nil {
				t.Fatal(err)
			}
			cases, cut = cases+all, cut+some
		}
	}
	if cases < 20_000 || cut < cases/3 {
		t.Errorf("of %d requests %d were cut", cases, cut)
	}
}

// What fuzzing found: an image goes from a result, of which too little is left then to be worth its placeholder.
func TestFoundCases(t *testing.T) {
	if _, _, err := grow(7121385, false, 270); err != nil {
		t.Error(err)
	}
}

// Each input is many cases: two conversations, each with several sets of options, request by request.
func FuzzLaws(f *testing.F) {
	f.Add(uint64(1), uint64(0))
	f.Fuzz(func(t *testing.T, seed, n uint64) {
		for i := range uint64(8) {
			if _, _, err := grow(seed, i%2 == 0, (n+i*stride)%combinations); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What came in odd goes out as it came, whatever a trim is asked for.
func TestOddRequests(t *testing.T) {
	odd := make([]int, proof.Breakages)
	for seed := range uint64(120) {
		c := proof.New(seed, seed%2 == 0)
		for kind := range odd {
			request, err := c.Broken(kind)
			if err != nil {
				t.Fatal(err)
			}
			if request == nil || request.Judge(c.Chat) == nil {
				continue
			}
			odd[kind]++
			call, err := read(c.Chat, request.Body)
			if err != nil {
				t.Fatal(err)
			}
			o := trim.Options{Trim: engine.Trim{KeepToolResults: new(0), KeepTurns: new(1), DropThinking: true, Images: "drop old", To: 1}}
			if got, err := trim.Trim(call, o); err != nil || got.Call != call {
				t.Fatalf("seed %d, broken in way %d, was edited: %v\nin  %s\nout %s", seed, kind, err, request.Body, got.Call.Body)
			}
			if grammar.Check(call) == nil {
				t.Fatalf("seed %d, broken in way %d, passes the grammar:\n%s", seed, kind, request.Body)
			}
		}
	}
	for kind, n := range odd {
		if n < 20 {
			t.Errorf("way %d broke %d of 120 requests", kind, n)
		}
	}
}
