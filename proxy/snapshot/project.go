package snapshot

import (
	"os"

	"spillway/engine"
	"spillway/engine/policyset"
	"spillway/engine/runtime"
	"spillway/proxy/config"
)

// Checked is what would serve.
type Checked struct {
	Revision string   `json:"revision"`
	Policies []string `json:"policies"`
	Targets  []string `json:"targets"`
}

// Check reads everything that would serve. Either the result or the faults are nil.
func (s Sources) Check() (*Checked, engine.Faults) {
	f, faults := s.Read()
	if len(faults) > 0 {
		return nil, faults
	}
	set, faults := f.load(nil)
	if faults = append(f.Config.Unwritable(os.Getenv), faults...); len(faults) > 0 {
		return nil, faults
	}
	defer set.Close()
	found := &Checked{Revision: f.revision(set.Revision()), Policies: set.Names(), Targets: make([]string, len(f.Config.Targets))}
	for i, t := range f.Config.Targets {
		found.Targets[i] = t.Name
	}
	return found, nil
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
		Policies: f.policies, Root: AsWritten(f.Config.PoliciesDir()), Env: f.env, Limits: runtime.Limits{Decide: f.Config.Limits.Decide},
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
