package script

import (
	"crypto/sha256"
	"path"
	"strings"

	"github.com/dop251/goja"

	"spillway/engine"
)

// Program is a compiled policy or table. It is immutable and may be shared by any number of runtimes.
type Program struct {
	file    string
	code    *goja.Program
	sum     [sha256.Size]byte
	returns []returned
	source  *sourceMap

	endless  engine.Position // of the first loop without a condition that could end it
	literals []Literal       // of a table
	coverage *Coverage       // nil unless compiled for it
}

// File is the path of the entry file, below the folder's root.
func (p *Program) File() string { return p.file }

// Name is the entry's file name without its directory and extension.
func (p *Program) Name() string {
	name := path.Base(p.file)
	return strings.TrimSuffix(name, path.Ext(name))
}

// Code evaluates to the object that holds the entry's exports. It needs two globals: [Fingerprint] while it loads, and
// [ReturnMark] for as long as its functions are called; that of a table also
// [LiteralMark], and one that was compiled for coverage [CoverMark].
func (p *Program) Code() *goja.Program { return p.code }

// Sum is the same for programs that behave the same: a hash of the bundled code.
func (p *Program) Sum() [sha256.Size]byte { return p.sum }

// Return is the place of the return statement, or of the concise arrow's body, with this number (see [ReturnMark]).
// Number 0 is the place of `decide` itself. It is the zero Position when there is no such number.
func (p *Program) Return(number int) engine.Position {
	if number < 0 || number >= len(p.returns) {
		return engine.Position{}
	}
	return p.returns[number].at
}

// Key is the place of a key, such as `pause.for`, in what the return with this number returns; that of the nearest key around
// it, or of the return itself, where the key was not written there. Number 0 is about the policy that is exported.
func (p *Program) Key(number int, path string) engine.Position {
	for ; path != "" && number >= 0 && number < len(p.returns); path = path[:max(0, strings.LastIndexAny(path, ".["))] {
		if at, ok := p.returns[number].keys[path]; ok {
			return at
		}
	}
	return p.Return(number)
}

// Endless is the place of the first loop that has no condition by which it could end; zero when every loop has one. An interrupted
// call may not know better where it was: such a loop is no instruction that leads back to the source.
func (p *Program) Endless() engine.Position { return p.endless }

// Literal is the object literal with this number (see [LiteralMark]); ok is false when there is none.
func (p *Program) Literal(number int) (literal Literal, ok bool) {
	if number < 0 || number >= len(p.literals) {
		return Literal{}, false
	}
	return p.literals[number], true
}

// Coverage counts what of the program has run; nil unless it was compiled for that.
func (p *Program) Coverage() *Coverage { return p.coverage }

// Position maps a line and column of the code, both from 1, to the file that a person wrote. ok is false for code that
// nobody wrote, such as esbuild's own.
func (p *Program) Position(line, column int) (at engine.Position, ok bool) {
	return p.source.position(line, column)
}

// Line is the source text at a position, "" when unknown.
func (p *Program) Line(at engine.Position) string { return p.source.line(at) }
