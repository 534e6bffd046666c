package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// maxLinks bounds the symlinks on the way to one path, as the kernel does.
const maxLinks = 40

// net is one generation of watches. Only directories are watched, by their real paths; a file's own watch would stay with
// the old file when an editor renames a new one over it.
type net struct {
	watcher *fsnotify.Watcher
	events  <-chan fsnotify.Event
	errors  <-chan error
	// names holds, by directory, the entries that matter: the next step on the way to a path. Nil means every entry.
	names map[string]map[string]bool
}

// cast watches everything that the absolute paths depend on now. It reports only what a person must mend: no watches left.
func cast(paths []string) (*net, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("get watches: %w", err)
	}
	n := &net{watcher: w, events: w.Events, errors: w.Errors, names: make(map[string]map[string]bool)}
	for _, p := range paths {
		if err := n.follow(p); err != nil {
			n.haul()
			return nil, err
		}
	}
	return n, nil
}

// haul ends the watches.
func (n *net) haul() {
	n.watcher.Close() // its error would be of a descriptor that is gone either way
}

// matters says whether an event about this path can concern a watched path.
func (n *net) matters(path string) bool {
	if _, self := n.names[path]; self {
		return true
	}
	names, watched := n.names[filepath.Dir(path)]
	return watched && (names == nil || names[filepath.Base(path)])
}

// follow walks from the root to path, one step at a time, and watches for each step's replacement: a directory on the way, a
// symlink's target, or the first step that is missing. What it ends at is watched too, if that is a directory.
func (n *net) follow(path string) error {
	at, rest := split(path)
	for links := 0; len(rest) > 0; {
		step := rest[0]
		rest = rest[1:]
		if err := n.watch(at, step); err != nil {
			return err
		}
		next := filepath.Join(at, step)
		info, err := os.Lstat(next)
		if err != nil {
			return nil //nolint:nilerr // the watch for this step will tell when it is there
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		target, err := os.Readlink(next)
		if links++; err != nil || links > maxLinks {
			return nil //nolint:nilerr // nor do we know where it leads
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(at, target)
		}
		var ahead []string
		at, ahead = split(target)
		rest = append(ahead, rest...)
	}
	if info, err := os.Lstat(at); err == nil && info.IsDir() {
		return n.spread(at)
	}
	return nil
}

// spread watches the real directory dir and all below it. Symlinks among its entries are followed to where they lead.
func (n *net) spread(dir string) error {
	if names, seen := n.names[dir]; seen && names == nil {
		return nil
	}
	if err := n.watch(dir, ""); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir) // after the watch, so that an entry is either listed or announced
	if err != nil {
		return nil //nolint:nilerr // the watch stands, and what cannot be read cannot be served
	}
	for _, e := range entries {
		below := filepath.Join(dir, e.Name())
		switch {
		case e.Type()&fs.ModeSymlink != 0:
			err = n.follow(below)
		case e.IsDir() && e.Name() != "node_modules" && !strings.HasPrefix(e.Name(), "."):
			err = n.spread(below)
		default:
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// watch adds dir, where the entry name matters from now on; every entry if name is "".
func (n *net) watch(dir, name string) error {
	names, seen := n.names[dir]
	if !seen {
		if err := n.watcher.Add(dir); err != nil {
			return mendable(dir, err)
		}
		names = make(map[string]bool)
	}
	switch {
	case name == "" || seen && names == nil:
		names = nil
	default:
		names[name] = true
	}
	n.names[dir] = names
	return nil
}

// mendable is nil for a directory that may not be read or has just gone: the next one up tells when that changes.
func mendable(dir string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return fmt.Errorf("%s: %w", dir, err)
}

// split takes a path apart into its volume's root and the steps below it.
func split(path string) (root string, steps []string) {
	path = filepath.Clean(path)
	root = filepath.VolumeName(path) + string(filepath.Separator)
	for step := range strings.SplitSeq(path[len(root):], string(filepath.Separator)) {
		if step != "" {
			steps = append(steps, step)
		}
	}
	return root, steps
}
