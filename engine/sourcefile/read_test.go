package sourcefile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What is no file of a sane size is refused at once: a pipe without a writer would never be.
func TestOnlyFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	try(syscall.Mkfifo(in("pipe"), 0o600))
	try(os.Symlink("pipe", in("link to a pipe")))
	try(os.Symlink("/dev/zero", in("device")))
	try(os.Symlink("loop", in("loop")))
	try(os.WriteFile(in("file"), []byte("text"), 0o600))
	try(os.Symlink("file", in("link")))
	try(os.WriteFile(in("longest"), []byte(strings.Repeat("x", Longest)), 0o600))
	try(os.WriteFile(in("too long"), []byte(strings.Repeat("x", Longest+1)), 0o600))
	for name, want := range map[string]error{
		"file": nil, "link": nil, "longest": nil, "too long": errTooLong, ".": errFolder, "loop": syscall.ELOOP,
		"pipe": errNoFile, "link to a pipe": errNoFile, "device": errNoFile, "none": os.ErrNotExist,
	} {
		text, err := ReadPath(in(name))
		if !errors.Is(err, want) || want == nil && len(text) == 0 {
			t.Errorf("%s: %d bytes, %v, want %v", name, len(text), err, want)
		}
	}
}
