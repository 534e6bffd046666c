package snapshot

import (
	"fmt"
	"os"
	"strings"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/runtime"
	"spillway/proxy/config"
)

// Check reads everything that would serve, and says what it found.
func (s Sources) Check() (report string, faults engine.Faults) {
	f, faults := s.Read()
	if len(faults) > 0 {
		return "", faults
	}
	set, faults := f.load(nil)
	if faults = append(f.Config.Unwritable(os.Getenv), faults...); len(faults) > 0 {
		return "", faults
	}
	c := f.Config
	defer set.Close()
	targets := make([]string, len(c.Targets))
	for i, t := range c.Targets {
		targets[i] = t.Name
	}
	report = fmt.Sprintf("ok: revision %s, policies %s, targets %s", f.revision(set.Revision()), strings.Join(set.Names(), " "), strings.Join(targets, " "))
	return report, nil
}

// Targets are those that requests would be sent to.
func (s Sources) Targets() ([]config.Target, engine.Faults) {
	c, _, faults := s.loadConfig()
	if len(faults) > 0 {
		return nil, faults
	}
	return c.Targets, nil
}

// Project is what policies are tested in.
type Project struct {
	Policies *policyset.Source
	// Root is their folder as a person would write it; "" for the embedded ones.
	Root   string
	Env    engine.Environment
	Limits runtime.Limits
}

// Open reads a project up to its policies.
func (s Sources) Open() (Project, engine.Faults) {
	f, faults := s.Read()
	if len(faults) > 0 {
		return Project{}, faults
	}
	return Project{
		Policies: f.policies, Root: asWritten(f.Config.PoliciesDir()), Env: f.env, Limits: runtime.Limits{Decide: f.Config.Limits.Decide},
	}, nil
}

// AdminAddress is where the configuration says that the admin API is.
func (s Sources) AdminAddress() (string, engine.Faults) {
	c, _, faults := s.loadConfig()
	if len(faults) > 0 {
		return "", faults
	}
	return c.Admin, nil
}

// Vars are those of the configuration, and as decision logs keep them.
func (s Sources) Vars() (vars, shown map[string]any, faults engine.Faults) {
	c, _, faults := s.loadConfig()
	if len(faults) > 0 {
		return nil, nil, faults
	}
	return c.Vars, c.ShownVars, nil
}
