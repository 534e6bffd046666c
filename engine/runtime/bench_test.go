package runtime

import (
	"testing"

	"spillway/engine"
)

// overload is the policy of the first page.
const overload = `
import { backoff, type Policy } from "spillway";

export default {
  decide(request, attempts, ctx) {
    const last = attempts.at(-1);
    if (!last) return { send: "claude", queue: "20s" };
    if (last.retry === "never") return { fail: "last" };
    const claude = ctx.health("claude", request.model);
    if (last.kind === "gate" || claude.overloads >= 5)
      return { send: "gpt", model: "gpt-5.6", because: "claude is saturated",
               pause: claude.paused ? undefined : { target: "claude", model: request.model, for: "45s" } };
    return { send: "claude", after: backoff(attempts.length), trim: { keepToolResults: 3 } };
  },
} satisfies Policy;`

func BenchmarkDecide(b *testing.B) {
	for name, attempts := range map[string]int{"first": 0, "third": 2} {
		b.Run(name, func(b *testing.B) {
			p := policyOf(b, overload, patient)
			in := input(attempts)
			b.ReportAllocs()
			for b.Loop() {
				if d := p.Decide(in); d.Fault != nil {
					b.Fatal(d.Fault)
				}
			}
		})
	}
}

func BenchmarkDecideParallel(b *testing.B) {
	p := policyOf(b, overload, patient)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		in := input(0)
		for pb.Next() {
			if d := p.Decide(in); d.Fault != nil {
				b.Fatal(d.Fault)
			}
		}
	})
}

func BenchmarkBirth(b *testing.B) {
	program := compile(b, overload)
	b.ReportAllocs()
	for b.Loop() {
		if i := newInstance(program, environment); i.load() != nil {
			b.Fatal("not loaded")
		}
	}
}

func TestAllocations(t *testing.T) {
	p := policyOf(t, overload, patient)
	for _, tt := range []struct{ attempts, most int }{{0, 26}, {2, 110}} {
		in := input(tt.attempts)
		var d engine.Decision
		got := testing.AllocsPerRun(200, func() { d = p.Decide(in) })
		if d.Fault != nil {
			t.Fatal(d.Fault)
		}
		if int(got) > tt.most {
			t.Errorf("a decision with %d attempts allocates %v times, want at most %d", tt.attempts, got, tt.most)
		}
	}
}
