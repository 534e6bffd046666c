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

// PriceOf is what the target's model, a resolved name, costs for a prompt of so many tokens: by the configuration, else its
// maker's list price. known is false when neither says.
func (t *Target) PriceOf(name string, prompt int) (price engine.Price, known bool) {
	if price, known = t.Price[name]; known {
		return price, true
	}
	for other := range t.Price { // "M1" and "m1-latest" are not for free where m1 has a price
		if model.Same(other, name) {
			return t.Price[other], true
		}
	}
	return model.ListPrice(name, prompt)
}

func (t *Target) readPrices(r *form.Report, n *form.Node) (map[string]engine.Price, bool) {
	return byModel(t, r, n, "price", func(f form.Field) (price engine.Price) {
		const hint = "give `input` and `output`, in USD per million tokens"
		s := form.Open(r, f.Value)
		if form.Scalar(s, "input", &price.Input, form.Price) == nil {
			s.Missing(f.Key, "input", hint)
		}
		if form.Scalar(s, "output", &price.Output, form.Price) == nil {
			s.Missing(f.Key, "output", hint)
		}
		price.CacheRead, price.CacheWrite = t.cachePrices(t.Resolve(f.Name), price.Input)
		form.Scalar(s, "cache_read", &price.CacheRead, form.Price)
		form.Scalar(s, "cache_write", &price.CacheWrite, form.Price)
		s.Close()
		return price
	})
}

// cachePrices are the prices of cached tokens where only that of input is given: in the same proportion to it as in the list
// price, else as is usual in Anthropic's dialect; elsewhere nothing is known of a discount.
func (t *Target) cachePrices(name string, input float64) (read, write float64) {
	if list, known := model.ListPrice(name, 0); known {
		return input * list.CacheRead / list.Input, input * list.CacheWrite / list.Input
	}
	if t.Dialect == engine.Anthropic {
		return input / 10, input * 1.25
	}
	return input, input
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
