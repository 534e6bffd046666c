package gate

import "container/heap"

// ranking is a heap whose items know their places, so that any of them can be taken out in O(log n).
type ranking[T any] struct {
	items  []T
	before func(a, b T) bool
	place  func(T) *int // where an item keeps its place
}

func (r *ranking[T]) insert(x T) { heap.Push(r, x) }
func (r *ranking[T]) remove(x T) { heap.Remove(r, *r.place(x)) }

// Len implements [heap.Interface].
func (r *ranking[T]) Len() int { return len(r.items) }

// Less implements [heap.Interface].
func (r *ranking[T]) Less(i, j int) bool { return r.before(r.items[i], r.items[j]) }

// Swap implements [heap.Interface].
func (r *ranking[T]) Swap(i, j int) {
	r.items[i], r.items[j] = r.items[j], r.items[i]
	*r.place(r.items[i]), *r.place(r.items[j]) = i, j
}

// Push implements [heap.Interface].
func (r *ranking[T]) Push(x any) {
	item := x.(T)
	*r.place(item) = len(r.items)
	r.items = append(r.items, item)
}

// Pop implements [heap.Interface].
func (r *ranking[T]) Pop() any {
	var none T
	last := len(r.items) - 1
	item := r.items[last]
	r.items[last] = none
	r.items = r.items[:last]
	return item
}
