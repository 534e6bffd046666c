package script

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/unistring"
)

// walk visits node and everything below it, parents first. It does not go below a node for which visit returns false.
// goja's tree has some seventy kinds of nodes and no visitor of its own, hence the reflection; it runs once per load.
func walk(node ast.Node, visit func(ast.Node) bool) {
	walkValue(reflect.ValueOf(node), visit)
}

func walkValue(v reflect.Value, visit func(ast.Node) bool) {
	switch v.Kind() {
	case reflect.Interface:
		walkValue(v.Elem(), visit)
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if node, ok := reflect.TypeAssert[ast.Node](v); ok && !visit(node) {
			return
		}
		walkValue(v.Elem(), visit)
	case reflect.Slice:
		for i := range v.Len() {
			walkValue(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			// DeclarationList repeats nodes that stand elsewhere in the tree; File is no node.
			if name := v.Type().Field(i).Name; name != "DeclarationList" && name != "File" {
				walkValue(v.Field(i), visit)
			}
		}
	}
}

// isCall says whether an expression is a call of the plain identifier name.
func isCall(e ast.Expression, name string) bool {
	call, ok := e.(*ast.CallExpression)
	if !ok {
		return false
	}
	callee, ok := call.Callee.(*ast.Identifier)
	return ok && callee.Name == unistring.NewFromString(name)
}

// keyName is the name that an expression stands for as a property's key or as what is assigned to, "" when it is computed.
func keyName(e ast.Expression) string {
	switch e := e.(type) {
	case *ast.StringLiteral:
		return e.Value.String()
	case *ast.Identifier:
		return e.Name.String()
	case *ast.DotExpression:
		return e.Identifier.Name.String()
	}
	return ""
}
