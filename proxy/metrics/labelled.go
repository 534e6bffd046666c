package metrics

import (
	"maps"
	"sync"
	"sync/atomic"
)

// labelled finds the metric of a set of labels without hashing them as text each time. The sets are few: labels come from closed
// lists and the configuration. Safe for concurrent use.
type labelled[L comparable, M any] struct {
	make func(L) M // set once, before use

	mu    sync.Mutex // held by the one that adds
	known atomic.Pointer[map[L]M]
}

// of is the metric with these labels.
func (l *labelled[L, M]) of(labels L) M {
	if known := l.known.Load(); known != nil {
		if m, ok := (*known)[labels]; ok {
			return m
		}
	}
	return l.add(labels)
}

func (l *labelled[L, M]) add(labels L) M {
	l.mu.Lock()
	defer l.mu.Unlock()
	grown := map[L]M{}
	if known := l.known.Load(); known != nil {
		maps.Copy(grown, *known)
	}
	m := l.make(labels)
	grown[labels] = m
	l.known.Store(&grown)
	return m
}
