package config

import (
	"cmp"

	"spillway/engine"
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

func (t *Target) readPrices(r *report, n *node) (map[string]engine.Price, bool) {
	return byModel(t, r, n, "price", func(f field) (price engine.Price) {
		s := openSection(r, f.value)
		input := scalar(s, "input", &price.Input, parsePrice)
		output := scalar(s, "output", &price.Output, parsePrice)
		if input == nil {
			s.missing(f.key, "input", "give `input` and `output`, in USD per million tokens")
		}
		if output == nil {
			s.missing(f.key, "output", "give `input` and `output`, in USD per million tokens")
		}
		s.close()
		return price
	})
}

func (t *Target) readWindows(r *report, n *node) (map[string]Window, bool) {
	return byModel(t, r, n, "window", func(f field) (w Window) {
		s := openSection(r, f.value)
		scalar(s, "context", &w.Context, parseCount)
		scalar(s, "output", &w.Output, parseCount)
		s.close()
		return w
	})
}

// byModel reads a mapping from models, or aliases of them, to what a reader makes of each.
func byModel[T any](t *Target, r *report, n *node, what string, read func(field) T) (map[string]T, bool) {
	if !r.want(n, isMapping) {
		return nil, false
	}
	all := make(map[string]T, len(n.fields))
	for _, f := range n.fields {
		value, name := read(f), t.Resolve(f.name)
		if _, twice := all[name]; twice {
			r.fault(f.key, &problem{"another " + what + " here is of the same model, by an alias", "keep one"})
		}
		all[name] = value
	}
	return all, true
}
