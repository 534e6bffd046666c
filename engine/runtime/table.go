package runtime

import (
	"encoding/json"

	"github.com/dop251/goja"

	"spillway/engine"
	"spillway/engine/script"
)

const tableHint = "write: export default [ { name: …, want: … } ] satisfies Table"

// Table is the default export of a test module, as JSON would carry it: maps, slices, strings, float64s, bools and nil.
// The module runs in a runtime of its own, as hardened and bounded as a policy's.
func Table(program *script.Program) (any, *engine.Fault) {
	w := newWorker(newInstance(program, engine.Environment{}))
	var value any
	var fault *engine.Fault
	ending := w.do(func(i *instance) { value, fault = i.table() }, loadLimit)
	w.dismiss(nil)
	if ending == abandoned {
		return nil, stuckFault(program, "the file", loadLimit)
	}
	return value, fault
}

func (i *instance) table() (any, *engine.Fault) {
	if fault := i.load(); fault != nil {
		return nil, fault
	}
	text := goja.Undefined()
	err := i.try(func() {
		if exports, ok := i.exports.(*goja.Object); ok {
			if table := exports.Get("default"); table != nil {
				text = i.check(i.stringify(goja.Undefined(), table))
			}
		}
	})
	if err != nil {
		return nil, i.stopped("the file", err)
	}
	here := engine.Position{File: i.program.File()}
	if goja.IsUndefined(text) {
		return nil, i.at(here, "the file has no default export", tableHint)
	}
	var value any
	if err := json.Unmarshal([]byte(text.String()), &value); err != nil {
		return nil, i.at(here, "read the table: "+err.Error(), "")
	}
	return value, nil
}
