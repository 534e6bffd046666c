package config

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

func (c *Config) readCandidates(r *report, n *node) (map[string]Candidate, bool) {
	if !r.want(n, isMapping) {
		return nil, false
	}
	candidates := make(map[string]Candidate, len(n.fields))
	for _, f := range n.fields {
		c.refs = append(c.refs, r.ref(f.name, f.key))
		candidates[f.name] = c.readCandidate(r, f)
	}
	return candidates, true
}

func (c *Config) readCandidate(r *report, f field) Candidate {
	candidate := Candidate{Share: 1}
	s := openSection(r, f.value)
	policy := read(s, "candidate", &candidate.Policy, readText)
	if policy == nil {
		s.missing(f.key, "candidate", "name the policy on trial")
	} else {
		c.refs = append(c.refs, r.ref(candidate.Policy, policy))
	}
	if scalar(s, "mode", &candidate.Mode, oneOf(Shadow, Canary)) == nil {
		s.missing(f.key, "mode", "say `mode: shadow` or `mode: canary`")
	}
	if scalar(s, "share", &candidate.Share, parsePercent) == nil && candidate.Mode == Canary {
		s.missing(f.key, "share", "say which share of requests the canary decides, such as 5%")
	}
	s.close()
	return candidate
}
