package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"spillway/engine/replay"
)

// file is the log on disk, with older ones beside it. One goroutine uses it. A file that cannot be opened is tried again with
// the next line.
type file struct {
	Settings

	out     *os.File // nil while it cannot be opened
	buffer  *bufio.Writer
	text    bytes.Buffer // what lines writes to: one decision, and behind it the environment that it needs
	lines   *replay.Writer
	size    int64
	entered map[string]bool // the revisions whose environment stands in this very file
}

func openFile(s Settings) (*file, error) {
	f := &file{Settings: s, buffer: bufio.NewWriterSize(nil, 64<<10)}
	f.lines = replay.NewWriter(&f.text)
	return f, f.open()
}

// open opens the file to append to it. Each file says all that its decisions need, so environments are told anew.
func (f *file) open() error {
	out, err := os.OpenFile(f.File, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open the decision log: %w", err)
	}
	info, err := out.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("open the decision log: %w", err), out.Close())
	}
	f.out, f.size, f.entered = out, info.Size(), make(map[string]bool)
	f.buffer.Reset(out)
	return f.mend()
}

// mend ends a line that was being written when the process before this one died.
func (f *file) mend() error {
	last := []byte{'\n'}
	if f.size > 0 {
		if _, err := f.out.ReadAt(last, f.size-1); err != nil {
			return fmt.Errorf("read the decision log: %w", err)
		}
	}
	if last[0] != '\n' {
		f.size++
		return f.buffer.WriteByte('\n')
	}
	return nil
}

// add writes a decision, and before it the environment that it needs.
func (f *file) add(m *replay.Made) error {
	if f.out == nil {
		if err := f.open(); err != nil {
			return err
		}
	}
	f.text.Reset()
	if err := f.lines.Write(m.Line()); err != nil {
		return err
	}
	size := f.text.Len()
	if f.size > 0 && f.size+int64(size) > f.MaxSize {
		if err := f.rotate(); err != nil {
			return err
		}
	}
	if revision := m.Snapshot.Revision(); !f.entered[revision] {
		if err := f.lines.Write(m.Snapshot.Line()); err != nil {
			return err
		}
		if err := f.put(f.text.Bytes()[size:]); err != nil {
			return err
		}
		f.entered[revision] = true
	}
	return f.put(f.text.Bytes()[:size])
}

func (f *file) put(text []byte) error {
	n, err := f.buffer.Write(text)
	f.size += int64(n)
	return f.check(err)
}

func (f *file) flush() error { return f.check(f.buffer.Flush()) }

// check gives the file up after an error: a new one may be had when the disk has room again.
func (f *file) check(err error) error {
	if err != nil {
		_ = f.out.Close()
		f.out = nil
		return fmt.Errorf("write the decision log: %w", err)
	}
	return nil
}

// rotate renames the file, and those that were renamed before, and begins a new one.
func (f *file) rotate() error {
	if err := f.close(); err != nil {
		return err
	}
	for n := f.Keep; n > 0; n-- {
		if err := os.Rename(f.numbered(n-1), f.numbered(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("rotate the decision log: %w", err)
		}
	}
	if f.Keep == 0 {
		if err := os.Remove(f.File); err != nil {
			return fmt.Errorf("rotate the decision log: %w", err)
		}
	}
	return f.open()
}

// numbered is the name of the n-th older file; the 0-th is the one in use.
func (f *file) numbered(n int) string {
	if n == 0 {
		return f.File
	}
	return fmt.Sprintf("%s.%d", f.File, n)
}

func (f *file) close() error {
	if f.out == nil {
		return nil
	}
	err := errors.Join(f.buffer.Flush(), f.out.Close())
	f.out = nil
	if err != nil {
		return fmt.Errorf("close the decision log: %w", err)
	}
	return nil
}
