package proxy

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/proxy/config"
)

// Check reads everything that [New] would serve from, asks every policy about a few situations that each will meet one
// day, and says what it found. An action that is none is a fault.
func Check(s Sources) (report string, faults engine.Faults) {
	f, faults := s.read()
	if len(faults) > 0 {
		return "", faults
	}
	set, faults := f.load(nil)
	if len(faults) > 0 {
		return "", faults
	}
	c := f.config
	defer set.Close()
	for _, name := range set.Names() {
		faults = append(faults, sampled(c, set, name)...)
	}
	targets := make([]string, len(c.Targets))
	for i, t := range c.Targets {
		targets[i] = t.Name
	}
	report = fmt.Sprintf("ok: revision %s, policies %s, targets %s", f.revision(set.Revision()), strings.Join(set.Names(), " "), strings.Join(targets, " "))
	return report, faults
}

// sampled asks one policy for both dialects, at first and after each of the sample attempts.
func sampled(c *config.Config, set *policyset.Set, name string) (faults engine.Faults) {
	told := map[string]bool{}
	for _, api := range [...]engine.API{engine.Anthropic, engine.OpenAI} {
		for situation, attempts := range samples(c.Targets[0].Name) {
			d := set.Policy(name).Decide(engine.Input{
				Request: &engine.Request{
					ID: "check", API: api, Path: "/v1/messages", Model: "claude-opus-5-5", MaxTokens: 1024, Stream: true,
					Client: engine.Client{Priority: engine.Normal},
				},
				Attempts: attempts,
				Ctx:      engine.Ctx{Now: time.Now(), TimeLeft: c.Deadline, StepsLeft: maxSteps - len(attempts)},
			})
			if d.Fault != nil && !told[d.Fault.Error()] {
				told[d.Fault.Error()] = true
				fault := *d.Fault
				fault.File = filepath.Join(c.PoliciesDir(), fault.File)
				fault.Message = fmt.Sprintf("%s: %s", situation, fault.Message)
				faults = append(faults, &fault)
			}
		}
	}
	return faults
}

const maxSteps = 8

// samples are attempts that a request may have behind it, by what happened.
func samples(target string) map[string][]engine.Attempt {
	failed := func(kind engine.Kind, status int, reason engine.Reason, retry engine.Retry) []engine.Attempt {
		return []engine.Attempt{{
			Target: target, Model: "claude-opus-5-5", Kind: kind, Status: status, Reason: reason, Retry: retry, At: time.Now(), Took: time.Second,
		}}
	}
	return map[string][]engine.Attempt{
		"at first":              nil,
		"after an overload":     failed(engine.KindHTTP, 529, engine.ReasonOverloaded, engine.RetrySame),
		"after a closed gate":   failed(engine.KindGate, 0, engine.ReasonPaused, engine.RetryElsewhere),
		"after a refusal (403)": failed(engine.KindHTTP, 403, engine.ReasonPermission, engine.RetryElsewhere),
	}
}
