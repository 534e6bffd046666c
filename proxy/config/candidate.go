package config

import "spillway/proxy/form"

// Candidate is a policy on trial in the place of another.
type Candidate struct {
	// Policy is the name of the policy on trial.
	Policy string
	Mode   Mode
	// Share of requests that take part, 0 to 1; all of them for a shadow unless the file says otherwise.
	Share float64
}

// Mode says what a candidate's decisions do.
type Mode string

// The modes.
const (
	Shadow Mode = "shadow" // they are recorded and nothing else
	Canary Mode = "canary" // they count, for the candidate's share of requests
)

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
	candidate := Candidate{Share: 1}
	s := form.Open(r, f.Value)
	policy := form.Read(s, "candidate", &candidate.Policy, form.ReadText)
	if policy == nil {
		s.Missing(f.Key, "candidate", "name the policy on trial")
	} else {
		c.refs = append(c.refs, refTo(r, candidate.Policy, policy))
	}
	if form.Scalar(s, "mode", &candidate.Mode, form.OneOf(Shadow, Canary)) == nil {
		s.Missing(f.Key, "mode", "say `mode: shadow` or `mode: canary`")
	}
	if form.Scalar(s, "share", &candidate.Share, form.Percent) == nil && candidate.Mode == Canary {
		s.Missing(f.Key, "share", "say which share of requests the canary decides, such as 5%")
	}
	s.Close()
	return candidate
}
