package simulate

import (
	"maps"
	"slices"

	"spillway/engine/nearest"
	"spillway/proxy/form"
	"spillway/proxy/model"
)

// checkNames reports models that nothing in the scenario has to do with: a fault that hits none, and a client's that none of
// what the scenario says by model is about.
func (s *Scenario) checkNames(r *form.Report, targets, clients *form.Node) {
	asked := map[string]bool{}
	for _, c := range s.clients {
		asked[c.model] = true
	}
	texts(s.vars, asked) // a policy's ladder
	ofAll := map[string]bool{}
	for i := range s.targets {
		ofTarget := s.targets[i].names()
		maps.Copy(ofAll, ofTarget)
		maps.Copy(ofTarget, asked)
		for _, fault := range targets.Child(s.targets[i].Name).Child("faults").List() {
			for _, name := range fault.Child("models").List() {
				ofAll[name.Text] = true
				nameless(r, name, ofTarget, "no client asks for this model, nor do `vars`, nor has the target such an alias, price or capacity")
			}
		}
	}
	if len(ofAll) == 0 {
		return // all models are alike
	}
	texts(s.vars, ofAll)
	for _, c := range clients.Entries() {
		if name := c.Value.Child("model"); name != nil {
			nameless(r, name, ofAll, "nothing that this scenario says by model is about this one")
		}
	}
}

// nameless reports a model that is not among the names, and that nobody has heard of.
func nameless(r *form.Report, name *form.Node, names map[string]bool, why string) {
	if name.Broken || names[name.Text] || model.Listed(name.Text) {
		return
	}
	hint := "name it where it is used, or write it as there"
	if near := nearest.Name(name.Text, slices.Sorted(maps.Keys(names))); near != "" {
		hint = "did you mean " + form.Quote(near) + "?"
	}
	r.Fault(name, form.Wrong(why, hint))
}

// names are the models that the target's description names, before and after aliases.
func (t *target) names() map[string]bool {
	names := map[string]bool{}
	for alias, name := range t.Models {
		names[alias], names[name] = true, true
	}
	for name := range t.Price {
		names[name] = true
	}
	for name := range t.Windows {
		names[name] = true
	}
	for name := range t.capacity {
		if name != "" {
			names[name] = true
		}
	}
	return names
}

// texts adds every text in a tree of values.
func texts(tree any, to map[string]bool) {
	switch v := tree.(type) {
	case string:
		to[v] = true
	case []any:
		for _, item := range v {
			texts(item, to)
		}
	case map[string]any:
		for _, item := range v {
			texts(item, to)
		}
	}
}
