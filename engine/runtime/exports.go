package runtime

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dop251/goja"

	"spillway/engine"
	"spillway/engine/nearest"
)

// adopt finds decide and onError in the program's exports.
func (i *instance) adopt() *engine.Fault {
	var fault *engine.Fault
	err := i.try(func() { fault = i.findPolicy() })
	if err != nil {
		return i.stopped("the file", err)
	}
	return fault
}

const shapeHint = "write: export default { decide(request, attempts, ctx) { … } } satisfies Policy"

func (i *instance) findPolicy() *engine.Fault {
	here := i.program.Return(0)
	exports, ok := i.exports.(*goja.Object)
	if !ok {
		return i.at(here, "the file exports nothing", shapeHint)
	}
	holder := exports
	var decide goja.Value
	if object, ok := exports.Get("default").(*goja.Object); !ok {
		decide = exports.Get("decide")
	} else if _, callable := goja.AssertFunction(object); callable {
		decide = object
	} else {
		holder, decide = object, object.Get("decide")
	}
	if i.decide, ok = goja.AssertFunction(decide); !ok {
		hint := shapeHint
		if near := nearest.Name("decide", holder.Keys()); near != "" && near != "decide" {
			hint, here = fmt.Sprintf("did you mean decide instead of %s?", near), i.program.Key(0, near)
		}
		return i.at(here, "the file exports no function decide", hint)
	}
	i.this = holder
	return i.findOnError(holder, holder != exports)
}

// policyKeys are the keys of a policy's default export.
var policyKeys = []string{"decide", "onError"}

// findOnError reads onError; an object that is a policy and nothing else must not have other keys.
func (i *instance) findOnError(holder *goja.Object, whole bool) *engine.Fault {
	for _, key := range holder.Keys() {
		if whole && !slices.Contains(policyKeys, key) && holder.Prototype() == i.plain {
			hint := "a policy has: " + strings.Join(policyKeys, ", ")
			if near := nearest.Name(key, policyKeys); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return i.at(i.program.Key(0, key), fmt.Sprintf("unknown key %q in policy", key), hint)
		}
	}
	v := holder.Get("onError")
	if v == nil || goja.IsUndefined(v) {
		i.onError = engine.OnErrorPassthrough
		return nil
	}
	i.onError = engine.OnError(v.String())
	if i.onError != engine.OnErrorPassthrough && i.onError != engine.OnErrorDeny {
		return i.at(i.program.Key(0, "onError"), fmt.Sprintf("onError must be %q or %q, not %s", engine.OnErrorPassthrough, engine.OnErrorDeny, show(v)), "")
	}
	return nil
}
