package watch

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// far is when a test gives up; none waits this long when the code is right.
const far = 20 * time.Second

// Each way replaces a file of a tree; the watcher watches root/app/policies and root/app/spillway.yaml. Every way is taken
// three times in a row with a plain edit after each, so that watches must survive what they reported.
var ways = map[string]struct {
	file    string                                       // which file of root/app; "" = policies/a.ts
	before  func(t *testing.T, root string)              // what is there when watching begins
	replace func(t *testing.T, root string, text string) // afterwards a reader of the watched paths finds text
}{
	"written in place": {
		replace: func(t *testing.T, root, text string) { write(t, root+"/app/policies/a.ts", text) },
	},
	"written in halves": {
		replace: func(t *testing.T, root, text string) {
			f, err := os.Create(root + "/app/policies/a.ts")
			must(t, err)
			for _, half := range []string{text[:1], text[1:]} {
				_, err = f.WriteString(half)
				must(t, err)
				must(t, f.Sync())
			}
			must(t, f.Close())
		},
	},
	"renamed over": {
		replace: func(t *testing.T, root, text string) {
			write(t, root+"/app/policies/.a.ts.tmp", text)
			rename(t, root+"/app/policies/.a.ts.tmp", root+"/app/policies/a.ts")
		},
	},
	"renamed over from outside": {
		replace: func(t *testing.T, root, text string) {
			write(t, root+"/a.ts.tmp", text)
			rename(t, root+"/a.ts.tmp", root+"/app/policies/a.ts")
		},
	},
	"moved to a backup and created": {
		replace: func(t *testing.T, root, text string) {
			write(t, root+"/app/policies/a.ts", "old")
			rename(t, root+"/app/policies/a.ts", root+"/app/policies/a.ts~")
			write(t, root+"/app/policies/a.ts", text)
			remove(t, root+"/app/policies/a.ts~")
		},
	},
	"deleted and created": {
		replace: func(t *testing.T, root, text string) {
			remove(t, root+"/app/policies/a.ts")
			write(t, root+"/app/policies/a.ts", text)
		},
	},
	"in a nested folder": {
		file:    "policies/lib/deep/a.ts",
		before:  func(t *testing.T, root string) { write(t, root+"/app/policies/lib/deep/a.ts", "old") },
		replace: func(t *testing.T, root, text string) { write(t, root+"/app/policies/lib/deep/a.ts", text) },
	},
	"in a nested folder that comes and goes": {
		file: "policies/lib/deep/a.ts",
		replace: func(t *testing.T, root, text string) {
			remove(t, root+"/app/policies/lib")
			write(t, root+"/app/policies/lib/deep/a.ts", text)
		},
	},
	"folder swapped": {
		replace: func(t *testing.T, root, text string) {
			write(t, root+"/app/next/a.ts", text)
			rename(t, root+"/app/policies", root+"/app/before-"+text)
			rename(t, root+"/app/next", root+"/app/policies")
		},
	},
	"folder removed and made again": {
		replace: func(t *testing.T, root, text string) {
			remove(t, root+"/app/policies")
			write(t, root+"/app/policies/a.ts", text)
		},
	},
	"parent folder swapped": {
		replace: func(t *testing.T, root, text string) {
			write(t, root+"/next/policies/a.ts", text)
			rename(t, root+"/app", root+"/before-"+text)
			rename(t, root+"/next", root+"/app")
		},
	},
	"not there at first": {
		file:   "policies/lib/a.ts",
		before: func(t *testing.T, root string) { remove(t, root+"/app") },
		replace: func(t *testing.T, root, text string) {
			remove(t, root+"/app")
			write(t, root+"/app/policies/lib/a.ts", text)
		},
	},
	"a mounted ConfigMap": { // policies/a.ts -> ..data/a.ts, ..data -> ..<timestamp>, which is swapped by a rename
		before: func(t *testing.T, root string) {
			dir := root + "/app/policies"
			remove(t, dir)
			write(t, dir+"/..old/a.ts", "old")
			link(t, "..old", dir+"/..data")
			link(t, "..data/a.ts", dir+"/a.ts")
		},
		replace: func(t *testing.T, root, text string) {
			dir := root + "/app/policies"
			old, err := os.Readlink(dir + "/..data")
			must(t, err)
			write(t, dir+"/..at-"+text+"/a.ts", text)
			link(t, "..at-"+text, dir+"/..data_tmp")
			rename(t, dir+"/..data_tmp", dir+"/..data")
			remove(t, dir+"/"+old)
		},
	},
	"a file linked into a mounted ConfigMap": {
		file: "spillway.yaml",
		before: func(t *testing.T, root string) {
			write(t, root+"/mnt/..old/spillway.yaml", "old")
			link(t, "..old", root+"/mnt/..data")
			link(t, "..data/spillway.yaml", root+"/mnt/spillway.yaml")
			remove(t, root+"/app/spillway.yaml")
			link(t, "../mnt/spillway.yaml", root+"/app/spillway.yaml")
		},
		replace: func(t *testing.T, root, text string) {
			write(t, root+"/mnt/..at-"+text+"/spillway.yaml", text)
			link(t, "..at-"+text, root+"/mnt/..data_tmp")
			rename(t, root+"/mnt/..data_tmp", root+"/mnt/..data")
		},
	},
	"a linked folder pointed elsewhere": {
		before: func(t *testing.T, root string) {
			remove(t, root+"/app/policies")
			write(t, root+"/releases/old/a.ts", "old")
			link(t, root+"/releases/old", root+"/app/policies")
		},
		replace: func(t *testing.T, root, text string) {
			write(t, root+"/releases/"+text+"/a.ts", "old")
			remove(t, root+"/app/policies")
			link(t, "../releases/"+text, root+"/app/policies")
			write(t, root+"/releases/"+text+"/a.ts", text)
		},
	},
	"a linked file's target": {
		before: func(t *testing.T, root string) {
			write(t, root+"/shared/a.ts", "old")
			remove(t, root+"/app/policies/a.ts")
			link(t, "../../shared/a.ts", root+"/app/policies/a.ts")
		},
		replace: func(t *testing.T, root, text string) {
			write(t, root+"/shared/a.ts.tmp", text)
			rename(t, root+"/shared/a.ts.tmp", root+"/shared/a.ts")
		},
	},
	"a file of its own": {
		file: "spillway.yaml",
		replace: func(t *testing.T, root, text string) {
			write(t, root+"/app/.spillway.yaml.swp", text)
			rename(t, root+"/app/.spillway.yaml.swp", root+"/app/spillway.yaml")
		},
	},
	"links in a circle": {
		before: func(t *testing.T, root string) {
			link(t, ".", root+"/app/policies/self")
			link(t, "ping", root+"/app/policies/pong")
			link(t, "pong", root+"/app/policies/ping")
		},
		replace: func(t *testing.T, root, text string) { write(t, root+"/app/policies/a.ts", text) },
	},
}

func TestEveryWayOfReplacingFilesIsNoticed(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			write(t, root+"/app/policies/a.ts", "old")
			write(t, root+"/app/spillway.yaml", "old")
			if way.before != nil {
				way.before(t, root)
			}
			file := root + "/app/" + cmp.Or(way.file, "policies/a.ts")
			seen := make(chan string, 1000)
			w, err := New([]string{root + "/app/policies", root + "/app/spillway.yaml"}, func() { seen <- read(file) })
			must(t, err)
			t.Cleanup(w.Close)
			for round := range 3 {
				text := fmt.Sprintf("text-%d", round)
				way.replace(t, root, text)
				await(t, seen, text)
				write(t, file, text+" edited")
				await(t, seen, text+" edited")
			}
		})
	}
}

func TestRelativePathsMeanTheWorkingDirectoryOfNew(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	seen := make(chan string, 1000)
	w, err := New([]string{"policies"}, func() { seen <- read(root + "/policies/a.ts") })
	must(t, err)
	defer w.Close()
	t.Chdir(os.TempDir())
	write(t, root+"/policies/a.ts", "new")
	await(t, seen, "new")
}

func TestNoCallbackAfterClose(t *testing.T) {
	root := t.TempDir()
	closed := make(chan struct{})
	calls := make(chan struct{}, 1000)
	w, err := New([]string{root}, func() {
		select {
		case <-closed:
			t.Error("called back after Close")
		default:
			calls <- struct{}{}
		}
	})
	must(t, err)
	write(t, root+"/a.ts", "one")
	<-calls
	write(t, root+"/a.ts", "two")
	w.Close()
	close(closed)
	w.Close()
	write(t, root+"/a.ts", "three")
}

// await takes what callbacks read until one has read text.
func await(t *testing.T, seen <-chan string, text string) {
	t.Helper()
	last := "nothing"
	for {
		select {
		case last = <-seen:
			if last == text {
				return
			}
		case <-time.After(far):
			t.Fatalf("no callback saw %q; the last one saw %q", text, last)
		}
	}
}

// read is the content of a file; of one that is gone, "".
func read(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), 0o644))
}

func rename(t *testing.T, from, to string) { t.Helper(); must(t, os.Rename(from, to)) }
func remove(t *testing.T, path string)     { t.Helper(); must(t, os.RemoveAll(path)) }
func link(t *testing.T, to, at string)     { t.Helper(); must(t, os.Symlink(to, at)) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
