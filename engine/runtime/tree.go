package runtime

import (
	"maps"
	"slices"

	"github.com/dop251/goja"

	"spillway/engine"
)

// tree is a JSON-like Go value as a frozen JavaScript value. Keys come in alphabetical order, the same in every runtime.
func (i *instance) tree(v any) goja.Value {
	switch v := v.(type) {
	case map[string]any:
		object := i.vm.NewObject()
		for _, key := range slices.Sorted(maps.Keys(v)) {
			i.check(nil, object.Set(key, i.tree(v[key])))
		}
		return i.call.frozen(object)
	case []any:
		items := make([]any, len(v))
		for n := range v {
			items[n] = i.tree(v[n])
		}
		return i.call.frozen(i.vm.NewArray(items...))
	default:
		return i.vm.ToValue(v)
	}
}

// frozen freezes an object, not those inside it.
func (c *call) frozen(object *goja.Object) goja.Value {
	v, err := c.freeze(goja.Undefined(), object)
	if err != nil {
		panic(err)
	}
	return v
}

// targetList is the tree of ctx.targets.
func targetList(targets []engine.Target) []any {
	list := make([]any, len(targets))
	for n, t := range targets {
		object := make(map[string]any, len(targetFields))
		for _, f := range targetFields {
			object[f.name] = f.read(t)
		}
		list[n] = object
	}
	return list
}
