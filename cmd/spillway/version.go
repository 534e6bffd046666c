package main

import (
	"fmt"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints what the toolchain recorded of this build.
func (versionCommand) Run(out output) error {
	version, goVersion := "(unknown)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version, goVersion = info.Main.Version, info.GoVersion
	}
	_, err := fmt.Fprintf(out, "spillway %s %s\n", version, goVersion)
	return err
}
