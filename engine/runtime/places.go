package runtime

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"spillway/engine"
)

// Places are where the parts of a table were written, by their path in it, such as `[2].want.pause.for`. A part that was
// put together while the module ran, rather than written, has none.
type Places map[string]engine.Position

// At is the place of a path, or that of the nearest part around it; ok is false when none was written.
func (p Places) At(path string) (at engine.Position, ok bool) {
	for ; path != ""; path = path[:max(0, strings.LastIndexAny(path, ".["))] {
		if at, ok := p[path]; ok {
			return at, true
		}
	}
	return engine.Position{}, false
}

// written notes where an object was written, and gives it back: see [script.LiteralMark].
func (i *instance) written(js goja.FunctionCall) goja.Value {
	object, isObject := js.Argument(1).(*goja.Object)
	literal, known := i.program.Literal(int(js.Argument(0).ToInteger()))
	if isObject && known {
		i.literals[object] = literal
	}
	return js.Argument(1)
}

// locateParts notes the places of a value of the table, and of what is inside it. plain is the value as JSON carries it.
func (i *instance) locateParts(places Places, path string, v goja.Value, plain any) {
	object, ok := v.(*goja.Object)
	if !ok {
		return
	}
	switch plain := plain.(type) {
	case map[string]any:
		literal, written := i.literals[object]
		if _, known := places[path]; written && !known {
			places[path] = literal.At
		}
		for key, inner := range plain {
			at := strings.TrimPrefix(path+"."+key, ".")
			if place, ok := literal.Keys[key]; ok {
				places[at] = place
			}
			i.locateParts(places, at, object.Get(key), inner)
		}
	case []any:
		for n, inner := range plain {
			i.locateParts(places, fmt.Sprintf("%s[%d]", path, n), object.Get(strconv.Itoa(n)), inner)
		}
	}
}
