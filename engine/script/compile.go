package script

import (
	"crypto/sha256"
	_ "embed" // the library's files
	"errors"
	"io/fs"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"

	"spillway/engine"
)

//go:embed library/spillway.js
var library string

//go:embed library/spillway.d.ts
var types string

// Types is the text of spillway.d.ts as this binary implements it.
func Types() string { return types }

// Fingerprint names the global function, from a string to its 32-bit FNV-1a hash, that the library takes while it loads.
const Fingerprint = "fnv1a"

// Folder is where sources are.
type Folder struct {
	fs.FS
	// Root is the folder as a person would write it, "" for that of the process: positions name files below it.
	Root string
}

// Compile is [Folder.Compile] for files of the process's own folder.
func Compile(files fs.FS, entry string) (*Program, engine.Faults) {
	return Folder{FS: files}.Compile(entry)
}

// Compile makes one strict script of the policy or table at path entry of the folder (TypeScript or JavaScript, ES modules)
// and all that it imports. It reports every fault it finds, each with the file, line and column a person wrote.
// It is pure and safe for concurrent use.
func (f Folder) Compile(entry string) (*Program, engine.Faults) { return f.compile(entry, nil) }

// compile compiles with something more done to the tree.
func (f Folder) compile(entry string, more func(*Program, *ast.Program)) (*Program, engine.Faults) {
	made, faults := bundle(f, entry)
	if faults != nil {
		return nil, faults
	}
	file := f.below(entry)
	tree, err := goja.Parse(file, made.code, parser.WithDisableSourceMaps)
	if err != nil {
		return nil, engine.Faults{made.source.rejected(file, err)}
	}
	if faults := forbid(tree, made.source); faults != nil {
		return nil, faults
	}
	returns, faults := instrument(tree, made.source, file)
	if faults != nil {
		return nil, faults
	}
	markGrowth(tree)
	p := &Program{file: file, sum: sha256.Sum256([]byte(made.code)), returns: returns, source: made.source, endless: endless(tree, made.source)}
	yieldExports(tree)
	if more != nil {
		more(p, tree)
	}
	p.code, err = goja.CompileAST(tree, true)
	if err != nil {
		return nil, engine.Faults{made.source.rejected(file, err)}
	}
	return p, nil
}

// endless is the place of the first loop of a policy's own that has no condition, or one that always holds.
func endless(tree *ast.Program, source *sourceMap) (first engine.Position) {
	always := func(test ast.Expression) bool {
		truth, ok := test.(*ast.BooleanLiteral)
		return test == nil || ok && truth.Value
	}
	walk(tree, func(node ast.Node) bool {
		var test ast.Expression
		switch n := node.(type) {
		case *ast.ForStatement:
			test = n.Test
		case *ast.WhileStatement:
			test = n.Test
		case *ast.DoWhileStatement:
			test = n.Test
		default:
			return first.Line == 0
		}
		at := node.Idx0()
		if test != nil {
			at = test.Idx0() // which leads back even where nothing stands before the loop
		}
		if fault := source.fault(tree, at, "", ""); always(test) && fault.File != LibraryName {
			first = fault.Position
		}
		return first.Line == 0
	})
	return first
}

// yieldExports turns esbuild's `var exports = (() => {…})()` into the bare call, so that running the script yields the
// exports and leaves no global behind.
func yieldExports(tree *ast.Program) {
	declaration, ok := tree.Body[len(tree.Body)-1].(*ast.VariableStatement)
	if !ok {
		return
	}
	tree.Body[len(tree.Body)-1] = &ast.ExpressionStatement{Expression: declaration.List[0].Initializer}
	tree.DeclarationList = nil
}

// forbid reports what the parser accepts and a policy may not have.
func forbid(tree *ast.Program, source *sourceMap) engine.Faults {
	var faults engine.Faults
	walk(tree, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.RegExpLiteral:
			if Backtracks(n.Pattern, n.Flags) {
				message := "regular expression " + n.Literal + " needs backtracking, which cannot be interrupted"
				faults = append(faults, source.fault(tree, n.Idx, message, backtrackHint))
			}
		case *ast.NumberLiteral:
			faults = append(faults, noBigInt(tree, source, n)...)
		case *ast.CallExpression:
			if isCall(n, "__require") {
				faults = append(faults, source.fault(tree, n.Idx0(), "a policy cannot load modules while it runs", ImportHint))
			}
			if isCall(n, "__commonJS") {
				faults = append(faults, source.commonJS(tree, n))
			}
		}
		return true
	})
	return faults
}

// commonJS is the fault of the module that esbuild wrapped as `__commonJS({ "policy:file"(exports, module) {…} })`.
func (s *sourceMap) commonJS(tree *ast.Program, wrapper *ast.CallExpression) *engine.Fault {
	fault := &engine.Fault{
		Message: "CommonJS modules (module.exports, exports) are not supported",
		Hint:    "write an ES module: export default { decide(request, attempts, ctx) { … } }",
	}
	walk(wrapper, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.PropertyKeyed:
			if fault.File == "" {
				fault.File = s.files.plainName(keyName(n.Key))
			}
		case *ast.DotExpression:
			if name := keyName(n.Left); fault.Line == 0 && (name == "module" || name == "exports") {
				p := tree.File.Position(int(n.Identifier.Idx) - tree.File.Base())
				if at, ok := s.position(p.Line, p.Column); ok {
					fault.Position, fault.Source = at, s.line(at)
				}
			}
		}
		return fault.Line == 0
	})
	return fault
}

// rejected is the fault for code that esbuild accepts and goja does not.
func (s *sourceMap) rejected(entry string, err error) *engine.Fault {
	var list parser.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return s.faultAt(list[0].Position.Line, list[0].Position.Column, list[0].Message, "")
	}
	var syntax *goja.CompilerSyntaxError
	if errors.As(err, &syntax) && syntax.File != nil {
		at := syntax.File.Position(syntax.Offset)
		return s.faultAt(at.Line, at.Column, syntax.Message, "")
	}
	return &engine.Fault{Position: engine.Position{File: entry}, Message: "compile: " + err.Error()}
}
