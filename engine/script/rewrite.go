package script

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/unistring"

	"spillway/engine"
)

// rewrite replaces expressions below node: each by what change gives for it, children first.
func rewrite(node ast.Node, change func(ast.Expression) ast.Expression) {
	rewriteValue(reflect.ValueOf(node), change)
}

var expressionType = reflect.TypeFor[ast.Expression]()

func rewriteValue(v reflect.Value, change func(ast.Expression) ast.Expression) {
	switch v.Kind() {
	case reflect.Interface:
		rewriteValue(v.Elem(), change)
		if v.Type() == expressionType && v.CanSet() && !v.IsNil() {
			v.Set(reflect.ValueOf(change(v.Interface().(ast.Expression)))) //nolint:forcetypeassert // it is of that type
		}
	case reflect.Pointer:
		if !v.IsNil() {
			rewriteValue(v.Elem(), change)
		}
	case reflect.Slice:
		for i := range v.Len() {
			rewriteValue(v.Index(i), change)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "DeclarationList" && name != "File" {
				rewriteValue(v.Field(i), change)
			}
		}
	}
}

// marker puts calls of a global function into a tree. They change no position, since the text stays.
type marker struct {
	name   string
	tree   *ast.Program
	source *sourceMap
}

// call is the expression `name(number, value)`, without a value when that is nil.
func (m marker) call(number int, at file.Idx, value ast.Expression) *ast.CallExpression {
	call := &ast.CallExpression{
		Callee:          &ast.Identifier{Name: unistring.NewFromString(m.name), Idx: at},
		LeftParenthesis: at, RightParenthesis: at,
		ArgumentList: []ast.Expression{&ast.NumberLiteral{Idx: at, Value: int64(number)}},
	}
	if value != nil {
		call.ArgumentList = append(call.ArgumentList, value)
	}
	return call
}

// place is where a person wrote what is at an index of the tree; ok is false where nobody did.
func (m marker) place(at file.Idx) (place engine.Position, ok bool) {
	p := m.tree.File.Position(int(at) - m.tree.File.Base())
	place, found := m.source.position(p.Line, p.Column)
	return place, found && place.File != LibraryName
}
