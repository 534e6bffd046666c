package script

import (
	"github.com/dop251/goja/ast"

	"spillway/engine"
)

// keysOf finds the keys that are written in a returned expression, by path such as `pause.for`. One that is written twice, as
// in the two branches of a condition, is left out: nobody could tell which of the two was meant.
func (m marker) keysOf(returned ast.Expression) map[string]engine.Position {
	keys := make(map[string]engine.Position)
	m.addKeys(keys, "", returned)
	for path, at := range keys {
		if at == twice {
			delete(keys, path)
		}
	}
	return keys
}

// twice marks a key that stands in more than one place.
var twice = engine.Position{Line: -1}

func (m marker) addKeys(keys map[string]engine.Position, path string, e ast.Expression) {
	switch e := e.(type) {
	case *ast.ConditionalExpression:
		m.addKeys(keys, path, e.Consequent)
		m.addKeys(keys, path, e.Alternate)
	case *ast.BinaryExpression: // as in `last && { … }`
		m.addKeys(keys, path, e.Left)
		m.addKeys(keys, path, e.Right)
	case *ast.ObjectLiteral:
		for _, property := range e.Value {
			m.addKey(keys, path, property)
		}
	}
}

func (m marker) addKey(keys map[string]engine.Position, path string, property ast.Property) {
	name, node := propertyName(property)
	if name == "" {
		return
	}
	if path != "" {
		name = path + "." + name
	}
	at, ok := m.place(node.Idx0())
	if _, again := keys[name]; again || !ok {
		at = twice
	}
	keys[name] = at
	if keyed, ok := property.(*ast.PropertyKeyed); ok {
		m.addKeys(keys, name, keyed.Value)
	}
}
