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
	"spillway/engine/script"
	"spillway/engine/sourcefile"
)

// Source is a folder of modules as it was at one moment. Every file is read once, so that what is hashed, compiled and
// tested is the same, and two policies that share a helper share one version of it. It is immutable.
type Source struct {
	root  string
	files fs.FS // for what is not there
	texts map[string][]byte
}

// Read takes all modules of files, except below node_modules and dot directories. Faults, one for each file that cannot be read, name
// files below root, the folder as a person would write it.
func Read(root string, files fs.FS) (*Source, engine.Faults) {
	s := &Source{root: root, files: files, texts: make(map[string][]byte)}
	var faults engine.Faults
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case d.IsDir() && name != "." && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !isModule(name):
			return nil
		default:
			s.texts[name], err = sourcefile.Read(files, name) // a name without a text, when it fails
		}
		if err != nil {
			faults = append(faults, unreadable(path.Join(root, name), err))
		}
		return nil
	})
	return s, faults
}

// Names lists the policies, sorted.
func (s *Source) Names() (names []string) {
	for file := range s.texts {
		if role, name := roleOf(file); role == isPolicy {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Compile is every fault that shows before anything runs.
func (s *Source) Compile() engine.Faults {
	var faults engine.Faults
	for _, file := range slices.Sorted(maps.Keys(s.texts)) {
		var found engine.Faults
		switch role, _ := roleOf(file); {
		case s.texts[file] == nil: // Read has said why
		case role == isPolicy:
			_, found = s.folder().Compile(file)
		case role == isTable:
			_, found = s.folder().CompileTable(file)
		}
		faults = append(faults, found...)
	}
	return faults
}

func (s *Source) folder() script.Folder { return script.Folder{FS: s, Root: s.root} }

func isModule(name string) bool {
	ext := path.Ext(name)
	return (ext == ".ts" || ext == ".js" || ext == ".json") && !strings.HasPrefix(path.Base(name), ".")
}

// Open implements [fs.FS]. Modules are read with [Source.ReadFile], and nothing else is.
func (s *Source) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

// ReadDir implements [fs.ReadDirFS].
func (s *Source) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(s.files, name)
}

// ReadFile implements [fs.ReadFileFS].
func (s *Source) ReadFile(name string) ([]byte, error) {
	if text, ok := s.texts[name]; ok {
		return text, nil
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// Revision is 12 hexadecimal digits that change with everything that can change a decision: names, texts, targets and vars.
func (s *Source) Revision(env engine.Environment) string {
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
