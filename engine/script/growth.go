package script

import (
	"math/big"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"

	"spillway/engine"
)

// GrowthMark names the global function through which a compiled program passes every text that it puts together from two
// others, since such a text may double with every step of a loop: it is called with the text, or the sum, and gives it
// back, or throws when it is too long. Like [ReturnMark] it is no name that a script could write.
const GrowthMark = "spillway growth"

// markGrowth wraps every sum and template that may double a text in a call of [GrowthMark].
func markGrowth(tree *ast.Program) {
	rewrite(tree, func(e ast.Expression) ast.Expression {
		if !doubles(e) {
			return e
		}
		at := e.Idx0()
		return &ast.CallExpression{
			Callee:          &ast.Identifier{Name: unistring.NewFromString(GrowthMark), Idx: at},
			LeftParenthesis: at, RightParenthesis: at,
			ArgumentList: []ast.Expression{e},
		}
	})
}

// doubles says whether an expression joins two values of which both may be long texts.
func doubles(e ast.Expression) bool {
	switch e := e.(type) {
	case *ast.BinaryExpression:
		return e.Operator == token.PLUS && !isLiteral(e.Left) && !isLiteral(e.Right)
	case *ast.AssignExpression:
		return e.Operator == token.PLUS && !isLiteral(e.Right)
	case *ast.TemplateLiteral:
		return e.Tag == nil && len(e.Expressions) > 1
	}
	return false
}

func isLiteral(e ast.Expression) bool {
	switch e.(type) {
	case *ast.StringLiteral, *ast.NumberLiteral:
		return true
	}
	return false
}

// noBigInt reports a literal of a type that policies do not have.
func noBigInt(tree *ast.Program, source *sourceMap, n *ast.NumberLiteral) engine.Faults {
	if _, big := n.Value.(*big.Int); !big {
		return nil
	}
	const message, hint = "policies have no BigInt: one operation on a huge one cannot be interrupted", "use ordinary numbers, which are exact up to 2 ** 53"
	return engine.Faults{source.fault(tree, n.Idx, message, hint)}
}
