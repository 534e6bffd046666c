package trim_test

import (
	"bytes"
	"slices"
	"testing"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
	"spillway/proxy/trim"
)

// laws are what holds for any request and any options. They return what the trim did.
func laws(t *testing.T, call *dialect.Call, o trim.Options) trim.Result {
	t.Helper()
	input := bytes.Clone(call.Body)
	got, err := trim.Trim(call, o)
	if err != nil {
		t.Fatalf("%v\noptions %+v\n%s", err, o.Trim, input)
	}
	fail := func(law string) {
		t.Helper()
		t.Fatalf("%s\noptions %+v\nin  %s\nout %s", law, o, input, got.Call.Body)
	}
	if !bytes.Equal(input, call.Body) {
		fail("the request was changed")
	}
	if len(got.Applied) == 0 {
		if got.Call != call || got.Saved != 0 {
			fail("something changed though nothing was applied")
		}
		return got
	}
	switch out := got.Call.Body; {
	case got.Untouched != "":
		fail("untouched, and applied")
	case grammar.Check(call) != nil:
		fail("what was odd was edited")
	case grammar.Check(got.Call) != nil:
		fail("not well-formed: " + grammar.Check(got.Call).Error())
	case len(out) >= len(input):
		fail("not smaller")
	case got.Saved < max(1, o.MinTokens):
		fail("not worth it")
	}
	for _, name := range []string{"model", "system", "tools", "max_tokens", "thinking"} {
		if !bytes.Equal(call.Value(name), got.Call.Value(name)) {
			fail(name + " changed")
		}
	}
	if again, err := trim.Trim(call, o); err != nil || !bytes.Equal(again.Call.Body, got.Call.Body) {
		fail("not deterministic")
	}
	twice, err := trim.Trim(got.Call, o)
	if err != nil {
		t.Fatal(err)
	}
	if twice.Call != got.Call {
		fail("not idempotent: " + twice.Applied[0] + "\n" + string(twice.Call.Body))
	}
	return got
}

// options are all sorts, from bytes.
func options(seed []byte) trim.Options {
	next := func(n int) int {
		if len(seed) == 0 {
			return 0
		}
		b := int(seed[0])
		seed = seed[1:]
		return b % n
	}
	var o trim.Options
	if n := next(8); n > 0 {
		o.KeepToolResults = new(n - 1)
	}
	if n := next(8); n > 0 {
		o.KeepTurns = new(n - 1)
	}
	o.DropThinking = next(2) == 1
	o.Images = []string{"", "keep", "drop old"}[next(3)]
	o.To = next(60) * (1 + next(40))
	o.MinTokens = next(3) * next(100)
	o.Except = [][]string{nil, {"read"}, {"write", "read"}}[next(3)]
	o.Placeholder = []string{"", "-", `gone "for" good`}[next(3)]
	o.PrefixBound = next(3) == 1
	o.LoopTrimmed = next(2) == 1
	o.Tokens = []func([]byte) int{nil, func(raw []byte) int { return len(raw) }}[next(2)]
	return o
}

func FuzzTrim(f *testing.F) {
	for seed := range uint64(12) {
		for _, endpoint := range []dialect.Endpoint{dialect.Messages, dialect.ChatCompletions} {
			f.Add(conversation(seed, endpoint, 1+int(seed)%4), endpoint == dialect.ChatCompletions, []byte{byte(seed), 2, 1, 2, 0, 0, byte(seed)})
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, chat bool, seed []byte) {
		api, endpoint := engine.Anthropic, dialect.Messages
		if chat {
			api, endpoint = engine.OpenAI, dialect.ChatCompletions
		}
		call, problem := dialect.Parse(api, endpoint, body)
		if problem != nil {
			return
		}
		laws(t, call, options(seed))
	})
}

// The laws hold for well-formed conversations of every kind with all sorts of options.
func TestLaws(t *testing.T) {
	cut := 0
	for seed := range uint64(1500) {
		for _, endpoint := range []dialect.Endpoint{dialect.Messages, dialect.ChatCompletions} {
			call := parse(t, endpoint, conversation(seed, endpoint, int(seed%40)))
			if err := grammar.Check(call); err != nil {
				t.Fatalf("the generator: %v\n%s", err, call.Body)
			}
			if got := laws(t, call, options(seedBytes(seed))); got.Applied != nil {
				cut++
			}
		}
	}
	if cut < 1000 {
		t.Errorf("only %d of 3000 were cut at all", cut)
	}
}

func parse(tb testing.TB, endpoint dialect.Endpoint, body []byte) *dialect.Call {
	tb.Helper()
	api := engine.Anthropic
	if endpoint == dialect.ChatCompletions {
		api = engine.OpenAI
	}
	call, problem := dialect.Parse(api, endpoint, slices.Clip(body))
	if problem != nil {
		tb.Fatalf("%v\n%s", problem, body)
	}
	return call
}
