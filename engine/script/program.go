package script

import (
	"path"
	"strings"
)

// Program is a compiled policy or table. It is immutable and may be shared by any number of runtimes.
type Program struct {
	file string
}

// File is the path of the entry file, as it was given to [Compile].
func (p *Program) File() string { return p.file }

// Name is the entry's file name without its directory and extension.
func (p *Program) Name() string {
	name := path.Base(p.file)
	return strings.TrimSuffix(name, path.Ext(name))
}
