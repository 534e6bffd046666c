package simulate

import (
	"spillway/proxy/config"
	"spillway/proxy/form"
)

// target is a simulated target as the scenario describes it: what the proxy knows of it, and what only the simulation knows.
type target struct {
	config.Target
	// capacity is how many requests it answers at once, by model; "" for a model that is not named. 0 = any number.
	capacity map[string]int
	// promptRoom is how many tokens of prompts it answers at once; 0 = any number.
	promptRoom int
	// firstToken is the time to the first token of a short prompt, in microseconds.
	firstToken quantity
	// reads is how many tokens of a prompt it takes in each second; 0 = a prompt's length does not matter.
	reads int
	// writes is how many thousandths of a token it gives out each second.
	writes quantity
	// refuses is the time it takes to refuse a request, in microseconds.
	refuses quantity
	// strain is how many times as long the first token takes when all of the capacity is in use; between, it grows with the
	// square of what is in use.
	strain float64
	// spendCap is how many dollars it may cost before it refuses everything; 0 = any number.
	spendCap float64
	faults   []fault
}

func (s *Scenario) readTargets(r *form.Report, n *form.Node) ([]target, bool) {
	if !r.Want(n, form.IsMapping) {
		return nil, false
	}
	targets := make([]target, 0, len(n.Fields))
	for _, f := range n.Fields {
		if form.CheckName(r, f.Name, f.Key) {
			targets = append(targets, s.readTarget(r, f))
		}
	}
	return targets, true
}

func (s *Scenario) readTarget(r *form.Report, f form.Field) target {
	t := target{firstToken: spread(800_000, 2_500_000), writes: spread(60_000, 90_000), refuses: always(80_000), strain: 1}
	section := form.Open(r, f.Value)
	t.Target = config.ReadSimulated(f, section)
	form.Read(section, "capacity", &t.capacity, t.readCapacity)
	form.Scalar(section, "prompt_capacity", &t.promptRoom, form.Count)
	form.Read(section, "first_token", &t.firstToken, durations)
	form.Scalar(section, "prompt_tokens_per_second", &t.reads, form.Count)
	form.Read(section, "tokens_per_second", &t.writes, speeds)
	form.Read(section, "refuses_in", &t.refuses, durations)
	form.Scalar(section, "strain", &t.strain, positive)
	form.Scalar(section, "spend_cap", &t.spendCap, form.Price)
	form.Read(section, "faults", &t.faults, s.readFaults)
	section.Close()
	for i := range t.faults {
		for j, name := range t.faults[i].models {
			t.faults[i].models[j] = t.Resolve(name)
		}
	}
	return t
}

// speeds reads tokens per second, in thousandths.
func speeds(r *form.Report, n *form.Node) (quantity, bool) {
	return readSpread(r, n, func(text string) (int64, *form.Problem) {
		n, p := positive(text)
		return max(1, int64(n*1000)), p
	})
}

// readCapacity reads one number for each model, or a number by model.
func (t *target) readCapacity(r *form.Report, n *form.Node) (map[string]int, bool) {
	if n.Kind != form.IsMapping {
		most, ok := form.ReadScalar(r, n, form.Count)
		return map[string]int{"": most}, ok
	}
	by := make(map[string]int, len(n.Fields))
	for _, f := range n.Fields {
		if most, ok := form.ReadScalar(r, f.Value, form.Count); ok {
			by[t.Resolve(f.Name)] = most
		}
	}
	return by, true
}

// room is how many requests the target answers at once with a model; 0 = any number.
func (t *target) room(model string) int {
	if most, ok := t.capacity[model]; ok {
		return most
	}
	return t.capacity[""]
}
