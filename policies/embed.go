// Package policies embeds the policies that serve when a configuration names no folder of its own.
package policies

import (
	"embed"
	"io/fs"
)

//go:embed *.ts
var files embed.FS

// Files holds the shipped policies and their tables, at its root.
func Files() fs.FS { return files }
