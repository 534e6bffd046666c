package script

import (
	"github.com/dop251/goja/ast"

	"spillway/engine"
)

// LiteralMark names the global function through which the program of a table says where its objects were written: it is
// called with the number of an object literal (see [Program.Literal]) and the object, and gives the object back.
const LiteralMark = "spillway literal"

// Literal is an object literal in a table.
type Literal struct {
	At   engine.Position
	Keys map[string]engine.Position // of the keys that are written in it
}

// CompileTable is [Folder.Compile] for a table, whose program also tells where every object was written.
func (f Folder) CompileTable(entry string) (*Program, engine.Faults) {
	return f.compile(entry, func(p *Program, tree *ast.Program) { p.literals = markLiterals(tree, p.source) })
}

// markLiterals wraps every object literal that a person wrote in a call of [LiteralMark].
func markLiterals(tree *ast.Program, source *sourceMap) []Literal {
	m := marker{LiteralMark, tree, source}
	list := []Literal{}
	rewrite(tree, func(e ast.Expression) ast.Expression {
		object, ok := e.(*ast.ObjectLiteral)
		if !ok {
			return e
		}
		at, ok := m.place(object.LeftBrace)
		if !ok {
			return e
		}
		literal := Literal{At: at, Keys: map[string]engine.Position{}}
		for _, property := range object.Value {
			if name, node := propertyName(property); name != "" {
				if at, ok := m.place(node.Idx0()); ok {
					literal.Keys[name] = at
				}
			}
		}
		list = append(list, literal)
		return m.call(len(list)-1, object.LeftBrace, object)
	})
	return list
}

// propertyName is the name of a property and where it stands; "" when it is computed, or a spread.
func propertyName(property ast.Property) (string, ast.Node) {
	switch p := property.(type) {
	case *ast.PropertyShort:
		return p.Name.Name.String(), p
	case *ast.PropertyKeyed:
		if !p.Computed {
			return keyName(p.Key), p.Key
		}
	}
	return "", nil
}
