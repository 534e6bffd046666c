// Package sourcefile reads what people write: configuration, policies, tables, scenarios, keys. Whatever stands in such a
// file's place, reading it ends soon and takes little memory.
package sourcefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Longest is how many bytes a file may have.
const Longest = 1 << 20

var (
	errFolder  = errors.New("it is a folder")
	errNoFile  = errors.New("it is not a regular file")
	errTooLong = errors.New("it is longer than 1 MiB")
)

// Read is the content of a regular file, or of the one that a link leads to. Errors are [*fs.PathError]s.
func Read(files fs.FS, name string) ([]byte, error) {
	refused := func(err error) ([]byte, error) { return nil, &fs.PathError{Op: "read", Path: name, Err: err} }
	info, err := fs.Stat(files, name) // first: to open a pipe waits for its writer
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return refused(errFolder)
	case !info.Mode().IsRegular():
		return refused(errNoFile)
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, Longest+1))
	if err == nil && len(text) > Longest {
		return refused(errTooLong)
	}
	return text, err
}

// ReadPath is [Read] for a path of the operating system.
func ReadPath(name string) ([]byte, error) {
	text, err := Read(os.DirFS(filepath.Dir(name)), filepath.Base(name))
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		at.Path = name
	}
	return text, err
}

// Dir is a folder of the operating system whose files are read as [Read] does.
func Dir(name string) fs.FS { return folder{os.DirFS(name)} }

type folder struct{ fs.FS }

// ReadFile implements [fs.ReadFileFS].
func (f folder) ReadFile(name string) ([]byte, error) { return Read(f.FS, name) }
