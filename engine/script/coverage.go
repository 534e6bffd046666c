package script

import (
	"sync/atomic"

	"github.com/dop251/goja/ast"

	"spillway/engine"
)

// CoverMark names the global function through which a program that was compiled for coverage says what runs: it is called
// with the number of a place, and with a value, if any, that it gives back.
const CoverMark = "spillway cover"

// Coverage counts which parts of a program have run, in whatever runtimes. It is safe for concurrent use.
type Coverage struct {
	places []engine.Position
	hit    []atomic.Bool
}

// Hit notes that the place with this number was reached.
func (c *Coverage) Hit(number int) {
	if number >= 0 && number < len(c.hit) {
		c.hit[number].Store(true)
	}
}

// Each calls f with the beginning of every statement, concise arrow and branch of a conditional expression inside a
// function that a person wrote, and whether it has run.
func (c *Coverage) Each(f func(at engine.Position, hit bool)) {
	for i, at := range c.places {
		f(at, c.hit[i].Load())
	}
}

// CompileCovered is [Folder.Compile] for a program that tells what of it runs: see [Program.Coverage].
func (f Folder) CompileCovered(entry string) (*Program, engine.Faults) {
	return f.compile(entry, func(p *Program, tree *ast.Program) {
		c := &coverer{marker: marker{CoverMark, tree, p.source}}
		walk(tree, c.findFunctions)
		p.coverage = &Coverage{places: c.places, hit: make([]atomic.Bool, len(c.places))}
	})
}

// coverer marks the statements of a tree.
type coverer struct {
	marker
	depth  int // functions around the node; the outermost is the bundle itself
	places []engine.Position
}

// findFunctions marks the insides of functions.
func (c *coverer) findFunctions(node ast.Node) bool {
	var body ast.Node
	var parameters *ast.ParameterList
	switch f := node.(type) {
	case *ast.FunctionLiteral:
		body, parameters = f.Body, f.ParameterList
	case *ast.ArrowFunctionLiteral:
		body, parameters = f.Body, f.ParameterList
	default:
		return notGlue(node)
	}
	c.depth++
	if c.depth > 1 {
		c.mark(body)
	}
	walk(parameters, c.findFunctions)
	walk(body, c.findFunctions)
	c.depth--
	return false
}

// mark marks what is inside a function, but not inside the functions in it.
func (c *coverer) mark(body ast.Node) {
	if concise, ok := body.(*ast.ExpressionBody); ok {
		concise.Expression = c.value(concise.Expression)
	}
	walk(body, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.ClassLiteral:
			return false
		case *ast.BlockStatement:
			n.List = c.list(n.List)
		case *ast.CaseStatement:
			n.Consequent = c.list(n.Consequent)
		case *ast.IfStatement:
			n.Consequent, n.Alternate = c.block(n.Consequent), c.block(n.Alternate)
		case *ast.ForStatement:
			n.Body = c.block(n.Body)
		case *ast.ForInStatement:
			n.Body = c.block(n.Body)
		case *ast.ForOfStatement:
			n.Body = c.block(n.Body)
		case *ast.WhileStatement:
			n.Body = c.block(n.Body)
		case *ast.DoWhileStatement:
			n.Body = c.block(n.Body)
		case *ast.ConditionalExpression:
			n.Consequent, n.Alternate = c.value(n.Consequent), c.value(n.Alternate)
		}
		return true
	})
}

// list puts a mark before each statement.
func (c *coverer) list(statements []ast.Statement) []ast.Statement {
	var marked []ast.Statement
	for _, s := range statements {
		begin := s.Idx0()
		switch s := s.(type) {
		case *ast.FunctionDeclaration, *ast.ClassDeclaration, *ast.EmptyStatement, *ast.BlockStatement:
			marked = append(marked, s)
			continue
		case *ast.IfStatement:
			begin = s.Test.Idx0() // esbuild's map has no place for the word if
		}
		if at, ok := c.place(begin); ok {
			marked = append(marked, &ast.ExpressionStatement{Expression: c.call(c.number(at), begin, nil)})
		}
		marked = append(marked, s)
	}
	return marked
}

// block makes a block of a statement that stands alone, so that a mark fits in; a chain of else-ifs stays one.
func (c *coverer) block(s ast.Statement) ast.Statement {
	switch s.(type) {
	case nil, *ast.BlockStatement, *ast.IfStatement:
		return s
	}
	return &ast.BlockStatement{LeftBrace: s.Idx0(), List: []ast.Statement{s}, RightBrace: s.Idx0()}
}

// value puts a mark around an expression.
func (c *coverer) value(e ast.Expression) ast.Expression {
	at, ok := c.place(e.Idx0())
	if !ok || isCall(e, CoverMark) {
		return e
	}
	return c.call(c.number(at), e.Idx0(), e)
}

func (c *coverer) number(at engine.Position) int {
	c.places = append(c.places, at)
	return len(c.places) - 1
}
