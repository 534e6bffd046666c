package simulate

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"spillway/engine/nearest"
	"spillway/engine/sourcefile"
)

const extension = ".yaml"

// Find reads a scenario: the file of that path if there is one, else the one of that name in shipped. The error is an
// [engine.Faults] when something is wrong in the file, and of the name otherwise.
func Find(name string, shipped fs.FS) (*Scenario, error) {
	text, err := sourcefile.ReadPath(name)
	if err != nil && !strings.ContainsAny(name, `/\.`) {
		text, err = fs.ReadFile(shipped, name+extension)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, unknown(name, shipped)
	case err != nil:
		return nil, fmt.Errorf("read the scenario: %w", err)
	}
	s, faults := Parse(name, text)
	if faults != nil {
		return nil, faults
	}
	return s, nil
}

// Shipped are the names of the scenarios in a folder, in order.
func Shipped(shipped fs.FS) []string {
	files, _ := fs.Glob(shipped, "*"+extension) // the pattern is good
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], extension)
	}
	return files
}

func unknown(name string, shipped fs.FS) error {
	names := Shipped(shipped)
	hint := "there are " + strings.Join(names, ", ")
	if near := nearest.Name(strings.TrimSuffix(path.Base(name), extension), names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fmt.Errorf("there is no such scenario: %s is neither a file nor the name of a shipped one (%s)", name, hint)
}
