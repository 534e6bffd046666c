package runtime

import (
	"encoding/json"

	"github.com/dop251/goja"

	"spillway/engine"
	"spillway/engine/script"
)

const tableHint = "write: export default [ { name: …, want: … } ] satisfies Table"

// Table is the default export of a test module, as JSON would carry it: maps, slices, strings, float64s, bools and nil;
// and where its parts were written. The module, which was compiled by [script.Folder.CompileTable], runs in a runtime of its
// own, as hardened and bounded as a policy's.
func Table(program *script.Program) (any, Places, *engine.Fault) {
	i := newInstance(program, engine.Environment{})
	i.literals = make(map[*goja.Object]script.Literal)
	w := newWorker(i, defaultMemory)
	var value any
	places := make(Places)
	var fault *engine.Fault
	ending := w.do(func(i *instance) { value, fault = i.table(places) }, loadLimit)
	w.dismiss(nil)
	if ending == abandoned {
		return nil, nil, stuckFault(program, "the file", w.why)
	}
	return value, places, fault
}

func (i *instance) table(places Places) (value any, fault *engine.Fault) {
	if fault := i.load(); fault != nil {
		return nil, fault
	}
	text := goja.Undefined()
	err := i.try(func() {
		exports, ok := i.exports.(*goja.Object)
		if !ok {
			return
		}
		table := exports.Get("default")
		if table == nil {
			return
		}
		if text = i.check(i.stringify(goja.Undefined(), table)); json.Unmarshal([]byte(text.String()), &value) == nil {
			i.locateParts(places, "", table, value)
		}
	})
	if err != nil {
		return nil, i.stopped("the file", err)
	}
	if goja.IsUndefined(text) {
		return nil, i.at(engine.Position{File: i.program.File()}, "the file has no default export", tableHint)
	}
	return value, nil
}
