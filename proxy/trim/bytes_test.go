package trim_test

import (
	"bytes"
	"testing"

	"spillway/proxy/dialect"
	"spillway/proxy/grammar"
	"spillway/proxy/trim"
	"spillway/proxy/trim/proof"
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

// Whatever bytes come in, nothing is made of them that is not well-formed.
func FuzzTrim(f *testing.F) {
	for seed := range uint64(12) {
		for _, chat := range []bool{false, true} {
			last, err := proof.New(seed, chat).Last()
			if err != nil {
				f.Fatal(err)
			}
			f.Add(last.Body, chat, []byte{byte(seed), 2, 1, 2, 0, 0, byte(seed)})
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, chat bool, seed []byte) {
		if call, err := read(chat, body); err == nil {
			laws(t, call, options(seed))
		}
	})
}
