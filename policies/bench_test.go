package policies_test

import (
	"testing"
	"time"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/runtime"
	"spillway/policies"
)

// BenchmarkDecideFirst is what every request pays: the first decision of each policy, with two targets configured.
func BenchmarkDecideFirst(b *testing.B) {
	env := engine.Environment{Targets: []engine.Target{{Name: "claude", Dialect: engine.Anthropic}, {Name: "openai", Dialect: engine.OpenAI}}}
	src, _ := policyset.Read("policies", policies.Files())
	set, faults := policyset.Load(nil, src, env, runtime.Limits{Decide: time.Second})
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	defer set.Close()
	for _, name := range set.Names() {
		b.Run(name, func(b *testing.B) {
			policy := set.Policy(name)
			in := engine.Input{
				Request: &engine.Request{API: engine.Anthropic, Model: "claude-opus-5-5", MaxTokens: 1024, Client: engine.Client{Priority: engine.Normal}},
				Ctx:     engine.Ctx{Now: time.Now(), TimeLeft: time.Minute, StepsLeft: 8},
			}
			b.ReportAllocs()
			for b.Loop() {
				if d := policy.Decide(in); d.Fault != nil {
					b.Fatal(d.Fault)
				}
			}
		})
	}
}
