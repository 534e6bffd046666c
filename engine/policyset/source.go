package policyset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"spillway/engine"
)

// source is a folder of modules as it was at one moment. Every file is read once, so that what is hashed, compiled and
// tested is the same, and two policies that share a helper share one version of it.
type source struct {
	fs.FS
	texts map[string][]byte
}

// read takes all modules of files, except below node_modules and dot directories.
func read(files fs.FS) (*source, error) {
	s := &source{FS: files, texts: make(map[string][]byte)}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !isModule(name):
			return nil
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		s.texts[name] = text
		return nil
	})
	return s, err
}

func isModule(name string) bool {
	ext := path.Ext(name)
	return (ext == ".ts" || ext == ".js" || ext == ".json") && !strings.HasPrefix(path.Base(name), ".")
}

// ReadFile implements [fs.ReadFileFS].
func (s *source) ReadFile(name string) ([]byte, error) {
	if text, ok := s.texts[name]; ok {
		return text, nil
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// revision is a short hash of everything that can change a decision: names, texts, targets and vars.
func (s *source) revision(env engine.Environment) string {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(s.texts)) {
		fmt.Fprintf(hash, "%q %q\n", name, s.texts[name])
	}
	fmt.Fprintln(hash, digest(env))
	return hex.EncodeToString(hash.Sum(nil))[:12]
}

// digest is a text that differs for environments that differ.
func digest(env engine.Environment) string {
	text, err := json.Marshal(env)
	if err != nil {
		return fmt.Sprintf("%#v", env) // vars that are not JSON-like, which the runtime refuses
	}
	return string(text)
}

// role is what a module is to a policy set.
type role int

const (
	isHelper role = iota // imported by others
	isPolicy
	isTable // of the policy with the same name
)

// roleOf says what a file is, and the policy it belongs to. Only the root of the folder has policies and tables.
func roleOf(file string) (role, string) {
	ext := path.Ext(file)
	name := strings.TrimSuffix(file, ext)
	switch {
	case path.Dir(file) != "." || ext == ".json" || strings.HasPrefix(name, "_") || strings.HasSuffix(name, ".d"):
		return isHelper, ""
	case strings.HasSuffix(name, ".test"):
		return isTable, strings.TrimSuffix(name, ".test")
	default:
		return isPolicy, name
	}
}
