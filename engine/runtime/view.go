package runtime

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/dop251/goja"
)

// field is one property of a kind of object that policies get. read runs under the call's lock and gives a bool, int,
// int64, float64, string or nil, which is recorded if the shape says so; or a [part] or a [goja.Value], which are not.
type field[T any] struct {
	name   string
	read   func(c *call, from T) any
	hidden bool // left out of Object.keys, spread and JSON: reading it by accident would be expensive or indiscreet
	unique bool // hardly ever the same twice: a decision that looked at it need not be remembered
}

// shape is a kind of object that policies get. It is immutable.
type shape[T any] struct {
	name     string
	recorded bool
	ask      func(from T) question // who is asked when a field is read, without the field; nil = it cannot be asked again
	fields   []field[T]
	index    map[string]int
	paths    []string // name.field, for the record
	keys     []string
}

// newShape is the shape with these fields, in this order. The reads of its fields are recorded if it is recorded.
func newShape[T any](name string, recorded bool, fields ...field[T]) *shape[T] {
	s := &shape[T]{name: name, recorded: recorded, fields: fields, index: make(map[string]int, len(fields))}
	for i, f := range fields {
		s.index[f.name] = i
		s.paths = append(s.paths, name+"."+f.name)
		if !f.hidden {
			s.keys = append(s.keys, f.name)
		}
	}
	return s
}

// asking makes reads of the shape's fields questions that can be asked again.
func (s *shape[T]) asking(ask func(from T) question) *shape[T] {
	s.ask = ask
	return s
}

// question is what reading a field of a value asks.
func (s *shape[T]) question(from T, field int) question {
	if s.ask == nil || s.fields[field].unique {
		return question{}
	}
	q := s.ask(from)
	q.field = field
	return q
}

// view is a Go value as a JavaScript object: each property is read when the policy asks, nothing can be written, and a
// property that does not exist is an error with the nearest one that does. It implements [goja.DynamicObject].
type view[T any] struct {
	call  *call
	shape *shape[T]
	from  T
	seen  uint64 // the fields that are in the record already
}

// point makes the view one of another value.
func (v *view[T]) point(from T) { v.from, v.seen = from, 0 }

func (v *view[T]) Get(key string) goja.Value {
	defer v.call.enter().Unlock()
	i, known := v.shape.index[key]
	if !known {
		if !slices.Contains(ordinary[:], key) {
			v.call.throw(v.shape.name+" has no "+strconv.Quote(key), key, v.shape.keys)
		}
		return nil
	}
	value := v.shape.fields[i].read(v.call, v.from)
	switch js := value.(type) {
	case goja.Value:
		v.call.trail.cut = v.call.trail.cut || v.shape.fields[i].unique
		return js
	case opener:
		v.call.trail.cut = true
		return js.open(v.call)
	}
	if v.seen&(1<<i) == 0 {
		v.seen |= 1 << i
		v.call.trail.noted(v.shape.question(v.from, i), value)
		if v.shape.recorded {
			v.call.saw(v.shape.paths[i], value)
		}
	}
	return v.call.vm.ToValue(value)
}

// ordinary are the names that JavaScript itself looks up on any object.
var ordinary = [...]string{
	"toJSON", "then", "constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
	"__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
}

func (v *view[T]) Has(key string) bool {
	_, known := v.shape.index[key]
	return known
}

func (v *view[T]) Set(key string, _ goja.Value) bool {
	panic(v.call.vm.NewTypeError("%s.%s is read-only", v.shape.name, key))
}

func (v *view[T]) Delete(key string) bool {
	panic(v.call.vm.NewTypeError("%s.%s is read-only", v.shape.name, key))
}

func (v *view[T]) Keys() []string { return v.shape.keys }

// part is a Go value with the shape that policies see it in, for an object inside another and for the record.
type part[T any] struct {
	shape *shape[T]
	from  T
}

// opener is any part.
type opener interface{ open(c *call) goja.Value }

// open is the part as a JavaScript object.
func (p part[T]) open(c *call) goja.Value {
	return c.vm.NewDynamicObject(&view[T]{call: c, shape: p.shape, from: p.from})
}

// MarshalJSON gives what JSON.stringify gives in a policy, but for the order of the keys.
func (p part[T]) MarshalJSON() ([]byte, error) {
	fields := make(map[string]any, len(p.shape.fields))
	for _, f := range p.shape.fields {
		fields[f.name] = f.read(nil, p.from)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("marshal %s: %w", p.shape.name, err)
	}
	return text, nil
}

// milliseconds is a duration as policies see it: whole, and rounded up, so that waiting that long is enough.
func milliseconds(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

// orNull is what policies see of a duration that is unknown when zero.
func orNull(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return milliseconds(d)
}
