package snapshot

import (
	"time"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/proxy/config"
)

// sampled asks every policy about the sample situations, in the dialects that have a target.
func sampled(c *config.Config, set *policyset.Set) (faults engine.Faults) {
	told := map[string]bool{}
	for _, name := range set.Names() {
		for _, t := range c.Targets {
			for _, s := range samples(t) {
				d := set.Policy(name).Decide(engine.Input{
					Request: &engine.Request{
						ID: "check", API: t.Dialect, Path: "/v1/messages", Model: sampleModel, MaxTokens: 1024, Stream: true,
						Client: engine.Client{Priority: engine.Normal},
					},
					Attempts: s.attempts,
					Ctx:      engine.Ctx{Now: time.Now(), TimeLeft: c.Deadline, StepsLeft: 8 - len(s.attempts)},
				})
				if d.Fault != nil && !told[d.Fault.Error()] {
					told[d.Fault.Error()] = true
					fault := *d.Fault
					fault.Message = s.name + ": " + fault.Message
					faults = append(faults, &fault)
				}
			}
		}
	}
	return faults
}

const sampleModel = "claude-opus-5-5"

// sample is a situation in which a request may be.
type sample struct {
	name     string
	attempts []engine.Attempt
}

func samples(t config.Target) []sample {
	after := func(name string, kind engine.Kind, status int, reason engine.Reason, retry engine.Retry) sample {
		return sample{name, []engine.Attempt{{
			Target: t.Name, Model: t.Resolve(sampleModel), Kind: kind, Status: status, Reason: reason, Retry: retry, At: time.Now(), Took: time.Second,
		}}}
	}
	return []sample{
		{name: "at first"},
		after("after an overload", engine.KindHTTP, 529, engine.ReasonOverloaded, engine.RetrySame),
		after("after a closed gate", engine.KindGate, 0, engine.ReasonPaused, engine.RetryElsewhere),
		after("after a refusal (403)", engine.KindHTTP, 403, engine.ReasonPermission, engine.RetryElsewhere),
	}
}
