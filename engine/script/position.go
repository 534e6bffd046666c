package script

import (
	"path"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/go-sourcemap/sourcemap"

	"spillway/engine"
)

// sourceMap leads from the bundle back to the files that a person wrote. It is immutable.
type sourceMap struct {
	files    Folder
	consumer *sourcemap.Consumer // nil when nothing leads back, as in an empty file
}

// position maps a line and column of the bundle, both from 1. The bundle is ASCII, so its columns are bytes.
func (s *sourceMap) position(line, column int) (engine.Position, bool) {
	// The consumer finds nothing behind the last mapping of the bundle, so look to the left of it.
	for column--; s.consumer != nil && column >= 0; column-- {
		source, _, sourceLine, sourceColumn, ok := s.consumer.Source(line, column)
		if !ok {
			continue
		}
		at := engine.Position{File: s.files.plainName(source), Line: sourceLine}
		at.Column = 1 + bytesOf(s.line(at), sourceColumn)
		return at, sourceLine > 0
	}
	return engine.Position{}, false
}

// line is the text of a source line, without its end.
func (s *sourceMap) line(at engine.Position) string {
	if s.consumer == nil || at.Line <= 0 {
		return ""
	}
	text := s.consumer.SourceContent(policyPrefix + s.files.inside(at.File))
	if text == "" {
		text = s.consumer.SourceContent(libraryPrefix + at.File)
	}
	for range at.Line - 1 {
		_, text, _ = strings.Cut(text, "\n")
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r")
}

// fault is a fault at a place in the tree of the bundle.
func (s *sourceMap) fault(tree *ast.Program, at file.Idx, message, hint string) *engine.Fault {
	p := tree.File.Position(int(at) - tree.File.Base())
	return s.faultAt(p.Line, p.Column, message, hint)
}

// faultAt is a fault at a line and column of the bundle.
func (s *sourceMap) faultAt(line, column int, message, hint string) *engine.Fault {
	at, _ := s.position(line, column)
	return &engine.Fault{Position: at, Message: lowerFirst(message), Hint: hint, Source: s.line(at)}
}

// bytesOf is the length in bytes of the first units UTF-16 code units of line: source maps count these, and
// [engine.Position] counts bytes.
func bytesOf(line string, units int) int {
	n := 0
	for units > 0 && n < len(line) {
		r, size := utf8.DecodeRuneInString(line[n:])
		units -= max(1, utf16.RuneLen(r))
		n += size
	}
	return n
}

// plainName is a file's path as a person knows it, of one with the namespace that esbuild puts in front.
func (f Folder) plainName(name string) string {
	if library, ok := strings.CutPrefix(name, libraryPrefix); ok {
		return library
	}
	return f.below(strings.TrimPrefix(name, policyPrefix))
}

// below is a file of the folder as a person would write it.
func (f Folder) below(file string) string { return path.Join(f.Root, file) }

// inside is the file of the folder that a person would write so.
func (f Folder) inside(file string) string {
	return strings.TrimPrefix(file, path.Clean(f.Root)+"/")
}

// lowerFirst lowers the first letter of a sentence that begins with an ordinary word.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
