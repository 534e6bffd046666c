package metrics

import (
	"slices"
	"sync"

	"spillway/proxy/loop"
)

// otherModels is the label of every model that has no label of its own.
const otherModels = "other"

// maxModels is how many models that the configuration does not name get a label of their own.
const maxModels = 100

// modelLabels are the models that metrics tell apart. Callers name models, so a name counts only when the configuration
// has it too, or when a target has answered for it; and of the latter so many. Safe for concurrent use.
type modelLabels struct {
	answered sync.Map // of the models that targets answered for; read on every answer, written seldom

	mu    sync.Mutex
	count int
}

// answer notes that a target answered for a model.
func (l *modelLabels) answer(model string) {
	if _, known := l.answered.Load(model); known {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count >= maxModels {
		return
	}
	if _, known := l.answered.LoadOrStore(model, true); !known {
		l.count++
	}
}

// label is the model's own name, or that of all others.
func (l *modelLabels) label(model string, targets []*loop.Target) string {
	if _, known := l.answered.Load(model); known || model == "" || slices.ContainsFunc(targets, func(t *loop.Target) bool { return configured(t, model) }) {
		return model
	}
	return otherModels
}

// configured says whether the configuration of a target names a model.
func configured(t *loop.Target, model string) bool {
	if _, ok := t.Price[model]; ok {
		return true
	}
	if _, ok := t.Windows[model]; ok {
		return true
	}
	for _, name := range t.Models {
		if name == model {
			return true
		}
	}
	return false
}
