package config

import (
	"cmp"

	"spillway/engine"
	"spillway/proxy/form"
	"spillway/proxy/model"
)

// Window is how much a model reads and writes, in tokens; 0 = what package model knows.
type Window struct {
	// Context is prompt and answer together.
	Context int
	// Output is the answer.
	Output int
}

// Window is what the target's model, a resolved name, reads and writes. Sizes are 0 where nobody knows.
func (t *Target) Window(name string) Window {
	w, facts := t.Windows[name], model.Find(name)
	return Window{Context: cmp.Or(w.Context, facts.Window), Output: cmp.Or(w.Output, facts.Output)}
}

func (t *Target) readPrices(r *form.Report, n *form.Node) (map[string]engine.Price, bool) {
	return byModel(t, r, n, "price", func(f form.Field) (price engine.Price) {
		s := form.Open(r, f.Value)
		input := form.Scalar(s, "input", &price.Input, form.Price)
		output := form.Scalar(s, "output", &price.Output, form.Price)
		if input == nil {
			s.Missing(f.Key, "input", "give `input` and `output`, in USD per million tokens")
		}
		if output == nil {
			s.Missing(f.Key, "output", "give `input` and `output`, in USD per million tokens")
		}
		s.Close()
		return price
	})
}

func (t *Target) readWindows(r *form.Report, n *form.Node) (map[string]Window, bool) {
	return byModel(t, r, n, "window", func(f form.Field) (w Window) {
		s := form.Open(r, f.Value)
		form.Scalar(s, "context", &w.Context, form.Count)
		form.Scalar(s, "output", &w.Output, form.Count)
		s.Close()
		return w
	})
}

// byModel reads a mapping from models, or aliases of them, to what a reader makes of each.
func byModel[T any](t *Target, r *form.Report, n *form.Node, what string, read func(form.Field) T) (map[string]T, bool) {
	if !r.Want(n, form.IsMapping) {
		return nil, false
	}
	all := make(map[string]T, len(n.Fields))
	for _, f := range n.Fields {
		value, name := read(f), t.Resolve(f.Name)
		if _, twice := all[name]; twice {
			r.Fault(f.Key, form.Wrong("another "+what+" here is of the same model, by an alias", "keep one"))
		}
		all[name] = value
	}
	return all, true
}
