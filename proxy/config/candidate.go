package config

import (
	"time"

	"spillway/proxy/form"
)

// Candidate is a policy on trial in the place of another.
type Candidate struct {
	// Policy is the name of the policy on trial.
	Policy string
	Mode   Mode
	// Share of requests that take part, 0 to 1.
	Share float64
	// Rollback says when a canary decides no more.
	Rollback Rollback
}

// Mode says what a candidate's decisions do.
type Mode string

// The modes.
const (
	Shadow Mode = "shadow" // they are compared and nothing else
	Canary Mode = "canary" // they count, for the candidate's share of requests
)

// Rollback says when a canary decides no more.
type Rollback struct {
	// Errors is the share of the candidate's requests, 0 to 1, in which it may give no valid action.
	Errors float64
	// Success is how far the share of its requests that succeed may lie below that of the live policy's, 0 to 1.
	Success float64
	// Window is how far back both are counted.
	Window time.Duration
	// Requests is how many the candidate must have decided within the window before its success is judged.
	Requests int
}

func (c *Config) readCandidates(r *form.Report, n *form.Node) (map[string]Candidate, bool) {
	if !r.Want(n, form.IsMapping) {
		return nil, false
	}
	candidates := make(map[string]Candidate, len(n.Fields))
	for _, f := range n.Fields {
		c.refs = append(c.refs, refTo(r, f.Name, f.Key))
		candidates[f.Name] = c.readCandidate(r, f)
	}
	return candidates, true
}

func (c *Config) readCandidate(r *form.Report, f form.Field) Candidate {
	candidate := Candidate{Rollback: defaultRollback()}
	s := form.Open(r, f.Value)
	policy := form.Read(s, "candidate", &candidate.Policy, form.ReadText)
	switch {
	case policy == nil:
		s.Missing(f.Key, "candidate", "name the policy on trial")
	case candidate.Policy == f.Name:
		r.Fault(policy, form.Wrong("a policy cannot be on trial in its own place", "copy its file to another name, and change the copy"))
	default:
		c.refs = append(c.refs, refTo(r, candidate.Policy, policy))
	}
	shadow := form.Scalar(s, "shadow", &candidate.Share, form.Percent)
	canary := form.Scalar(s, "canary", &candidate.Share, form.Percent)
	rollback := form.Read(s, "rollback", &candidate.Rollback, readRollback)
	switch {
	case shadow != nil && canary != nil:
		r.Fault(canary, form.Wrong("a candidate is either a shadow or a canary", "begin with `shadow: 100%`, which has no effect on traffic"))
	case shadow == nil && canary == nil:
		s.Missing(f.Key, "shadow", "say `shadow: 100%` to compare its decisions, or `canary: 5%` to let it decide so many requests")
	case rollback != nil && canary == nil:
		r.Fault(rollback, form.Wrong("a shadow decides nothing that could be rolled back", ""))
	}
	if candidate.Mode = Shadow; canary != nil {
		candidate.Mode = Canary
	}
	s.Close()
	return candidate
}

func defaultRollback() Rollback {
	return Rollback{Errors: 0.01, Success: 0.05, Window: 10 * time.Minute, Requests: 50}
}

func readRollback(r *form.Report, n *form.Node) (Rollback, bool) {
	b := defaultRollback()
	s := form.Open(r, n)
	form.Scalar(s, "errors", &b.Errors, form.Percent)
	form.Scalar(s, "success", &b.Success, form.Percent)
	form.Scalar(s, "window", &b.Window, form.Duration)
	form.Scalar(s, "requests", &b.Requests, form.Count)
	return b, s.Close()
}
