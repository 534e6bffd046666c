// Package policies embeds the policies that serve when a configuration names no folder of its own, and the scenarios in which
// they, and any others, can be simulated.
package policies

import (
	"embed"
	"io/fs"
)

//go:embed *.ts
var files embed.FS

//go:embed scenarios/*.yaml
var scenarios embed.FS

// Files holds the shipped policies and their tables, at its root.
func Files() fs.FS { return files }

// Scenarios holds the shipped scenarios, at its root.
func Scenarios() fs.FS {
	root, err := fs.Sub(scenarios, "scenarios")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return root
}
