package script

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"

	"spillway/engine"
)

// ReturnMark names the global function through which a compiled program says which return of decide it took: it is
// called with the number of the return (see [Program.Return]) and the value, and gives the value back. It is no name
// that a script could write, so nothing collides with it. The last call before decide returns is the one that counts.
const ReturnMark = "spillway return"

// instrument wraps the value of every return of decide in a call of [ReturnMark] and lists the places of these returns;
// the first place is that of decide itself. It changes the tree, not the text, so that no position moves.
//
// decide is every function of that name and what the entry exports as `decide` or `default`, also by way of other
// names. When there is no such function, since a policy is put together at run time, all functions are instrumented.
func instrument(tree *ast.Program, source *sourceMap, entry string) ([]returned, engine.Faults) {
	in := &instrumenter{marker: marker{ReturnMark, tree, source}, names: map[string]bool{"decide": true}}
	in.returns = []returned{{at: engine.Position{File: entry}}}
	walk(tree, in.findExports)
	for known := 0; known < len(in.names); {
		known = len(in.names)
		walk(tree, in.findNames)
	}
	walk(tree, in.findDecide)
	if in.returns[0].at.Line == 0 && in.holder.Line > 0 {
		in.returns[0].at = in.holder
	}
	if len(in.returns) == 1 {
		walk(tree, in.wrapAny)
	}
	return in.returns, in.faults
}

// returned is a place where decide returns, and those of the keys of what it returns there.
type returned struct {
	at   engine.Position
	keys map[string]engine.Position
}

type instrumenter struct {
	marker
	names   map[string]bool // what decide is called in the bundle
	returns []returned
	holder  engine.Position // the object that is exported, of which decide should be a part
	faults  engine.Faults
}

// findExports adds the local names behind the exports `decide` and `default`: esbuild lists exports as
// `__export(entry_exports, { default: () => local })`.
func (in *instrumenter) findExports(node ast.Node) bool {
	if notGlue(node) {
		return true
	}
	walk(node, func(node ast.Node) bool {
		export, ok := node.(*ast.PropertyKeyed)
		if !ok {
			return true
		}
		if name := keyName(export.Key); name == "decide" || name == "default" {
			if getter, ok := export.Value.(*ast.ArrowFunctionLiteral); ok {
				if local, ok := getter.Body.(*ast.ExpressionBody); ok {
					in.names[keyName(local.Expression)] = true
				}
			}
		}
		return false
	})
	return false
}

// findNames adds the names for which one of decide's names is only another one, as in `{ decide: pick }`.
func (in *instrumenter) findNames(node ast.Node) bool {
	key, value := declared(node)
	if name, ok := value.(*ast.Identifier); ok && in.names[keyName(key)] {
		in.names[name.Name.String()] = true
	}
	return notGlue(node)
}

// declared is what a node gives a name to, and the name.
func declared(node ast.Node) (key, value ast.Expression) {
	switch n := node.(type) {
	case *ast.FunctionLiteral:
		if n.Name != nil {
			return n.Name, n
		}
	case *ast.Binding:
		return n.Target, n.Initializer
	case *ast.AssignExpression:
		return n.Left, n.Right
	case *ast.PropertyKeyed:
		return n.Key, n.Value
	case *ast.MethodDefinition:
		return n.Key, n.Body
	case *ast.FieldDefinition:
		return n.Key, n.Initializer
	}
	return nil, nil
}

// notGlue is false for esbuild's list of exports, whose functions nobody wrote.
func notGlue(node ast.Node) bool {
	expression, ok := node.(ast.Expression)
	return !ok || !isCall(expression, "__export")
}

// findDecide instruments the function that a node declares under one of decide's names.
func (in *instrumenter) findDecide(node ast.Node) bool {
	if key, value := declared(node); key != nil && in.names[keyName(key)] {
		if _, holds := value.(*ast.ObjectLiteral); holds && in.holder.Line == 0 {
			in.holder, _ = in.place(value.Idx0())
			in.returns[0].keys = in.keysOf(value)
		}
		in.wrapDecide(key, value)
	}
	return notGlue(node)
}

// wrapDecide wraps the returns of value, if it is a function and an ordinary one.
func (in *instrumenter) wrapDecide(key, value ast.Expression) {
	var suspended bool
	switch f := value.(type) {
	case *ast.FunctionLiteral:
		suspended = f.Async || f.Generator
	case *ast.ArrowFunctionLiteral:
		suspended = f.Async
	default:
		return
	}
	if suspended {
		const message = "decide must be an ordinary function, not an async function or a generator"
		in.faults = append(in.faults, in.source.fault(in.tree, key.Idx0(), message, WaitHint))
	}
	if in.returns[0].at.Line == 0 {
		in.returns[0].at, _ = in.place(key.Idx0())
	}
	in.wrap(value)
}

// WaitHint is the advice for a policy that tries to wait.
const WaitHint = "a policy cannot wait: return an action, with `after` to send later or `queue` to stand in line"

// wrapAny instruments every function that a person wrote.
func (in *instrumenter) wrapAny(node ast.Node) bool {
	in.wrap(node)
	return notGlue(node)
}

// wrap puts marks on the returns of one function, not on those of functions inside it.
func (in *instrumenter) wrap(function ast.Node) {
	var body ast.Node
	switch f := function.(type) {
	case *ast.FunctionLiteral:
		body = f.Body
	case *ast.ArrowFunctionLiteral:
		if concise, ok := f.Body.(*ast.ExpressionBody); ok {
			concise.Expression = in.mark(concise.Idx0(), concise.Expression)
			return
		}
		body = f.Body
	default:
		return
	}
	walk(body, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.ClassLiteral:
			return false
		case *ast.ReturnStatement:
			n.Argument = in.mark(n.Return, n.Argument)
			return false
		}
		return true
	})
}

// mark is the expression `ReturnMark(number, value)`, or value itself where nobody wrote the return: in the library and
// at the end of the bundle.
func (in *instrumenter) mark(at file.Idx, value ast.Expression) ast.Expression {
	place, ok := in.place(at)
	if !ok || isCall(value, ReturnMark) || isCall(value, "__toCommonJS") {
		return value
	}
	in.returns = append(in.returns, returned{place, in.keysOf(value)})
	return in.call(len(in.returns)-1, at, value)
}
