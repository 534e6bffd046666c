package proxy

import (
	"fmt"
	"io/fs"
	"strings"
	"time"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/runtime"
	"spillway/proxy/config"
)

// Check reads everything that [New] would serve from, and says what it found.
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
	targets := make([]string, len(c.Targets))
	for i, t := range c.Targets {
		targets[i] = t.Name
	}
	report = fmt.Sprintf("ok: revision %s, policies %s, targets %s", f.revision(set.Revision()), strings.Join(set.Names(), " "), strings.Join(targets, " "))
	return report, nil
}

// Targets are those that [New] would send to.
func Targets(s Sources) ([]config.Target, engine.Faults) {
	c, _, faults := s.loadConfig()
	if len(faults) > 0 {
		return nil, faults
	}
	return c.Targets, nil
}

// Project is what policies are tested in.
type Project struct {
	// Root is the folder of the policies as a person would write it; OnDisk is false for the embedded ones.
	Root     string
	OnDisk   bool
	Policies fs.FS
	Env      engine.Environment
	Limits   runtime.Limits
}

// Open reads a project up to its policies.
func Open(s Sources) (Project, engine.Faults) {
	f, faults := s.read()
	if len(faults) > 0 {
		return Project{}, faults
	}
	return Project{
		Root: f.root, OnDisk: f.config.PoliciesDir() != "", Policies: f.policies,
		Env: f.env, Limits: runtime.Limits{Decide: f.config.Limits.Decide},
	}, nil
}

// AdminAddress is where the configuration says that the admin API is.
func AdminAddress(s Sources) (string, engine.Faults) {
	c, _, faults := s.loadConfig()
	if len(faults) > 0 {
		return "", faults
	}
	return c.Admin, nil
}

// Vars are those of the configuration, and as decision logs keep them.
func Vars(s Sources) (vars, shown map[string]any, faults engine.Faults) {
	c, _, faults := s.loadConfig()
	if len(faults) > 0 {
		return nil, nil, faults
	}
	return c.Vars, c.ShownVars, nil
}

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
