// Package project writes a new project of policies: what `spillway init` gives.
package project

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed files
var files embed.FS

// The files that a project consists of.
const (
	Config = "spillway.yaml"
	Types  = "spillway.d.ts"
)

// Result is what became of a file.
type Result struct {
	File  string // below the project's folder
	Wrote bool   // false for one that was there, and was left as it is
}

// Write makes a project in a folder, which need not exist, with the types given. It never changes a file that is there.
// A folder that has a configuration already gets no policy: which ones it has is for the configuration to say.
func Write(dir, types string) ([]Result, error) {
	there, err := exists(filepath.Join(dir, Config))
	if err != nil {
		return nil, err
	}
	var results []Result
	for _, name := range []string{Config, "policies/mine.ts", "policies/mine.test.ts", Types, "tsconfig.json"} {
		if there && filepath.Dir(name) == "policies" {
			continue
		}
		text := []byte(types)
		if name != Types {
			if text, err = files.ReadFile("files/" + name); err != nil {
				return results, fmt.Errorf("read what to write: %w", err)
			}
		}
		wrote, err := write(filepath.Join(dir, filepath.FromSlash(name)), text)
		if err != nil {
			return results, err
		}
		results = append(results, Result{File: name, Wrote: wrote})
	}
	return results, nil
}

// write writes a new file, and says whether it did.
func write(name string, text []byte) (bool, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // a project is for others to read too
		return false, fmt.Errorf("make the folder: %w", err)
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // as above
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("make the file: %w", err)
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return false, fmt.Errorf("write the file: %w", err)
	}
	return true, nil
}

func exists(name string) (bool, error) {
	_, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a project: %w", err)
	}
	return true, nil
}
