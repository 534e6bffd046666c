package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"spillway/engine"
	"spillway/proxy/form"
)

// fileRef is a place in the configuration that names a file.
type fileRef struct {
	path   string
	at     engine.Position
	source string
}

// refer notes that the configuration depends on a file, and returns its path; "" when there is none.
func (c *Config) refer(r *form.Report, path string, n *form.Node) string {
	if path == "" || n == nil || n.Broken {
		return ""
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(c.File), path)
	}
	f := placeOf(r, n)
	f.path = path
	c.files = append(c.files, f)
	return path
}

// placeOf is where the configuration names a file; the configuration as a whole for nil.
func placeOf(r *form.Report, n *form.Node) (f fileRef) {
	f.at, f.source = r.At(n)
	return f
}

// Unwritable are the faults of what would be written to and cannot be.
func (c *Config) Unwritable(env func(string) string) engine.Faults {
	var l loader
	if log := c.DecisionsFile(); log != "" {
		l.writable(c.decisions, log, "of `decisions`", "make it, or name another file")
	}
	if store := c.Store(env); store != "" {
		l.writable(c.state, store, "that keeps what clients with `limits` have spent", "make it, or name another with `state`")
	}
	return l.faults
}

// writable reports a file that cannot be written. It need not be there, but its folder has to.
func (l *loader) writable(f fileRef, file, what, hint string) {
	dir := filepath.Dir(file)
	f.path = "the folder " + dir
	switch info, err := os.Stat(dir); {
	case err != nil:
		l.fault(f, what+", cannot be used: "+reason(err), hint)
		return
	case !info.IsDir():
		l.fault(f, what+", is a file", hint)
		return
	case unix.Access(dir, unix.W_OK|unix.X_OK) != nil:
		l.fault(f, what+", cannot be written to", hint)
		return
	}
	f.path = "the file " + file
	switch info, err := os.Stat(file); {
	case err != nil: // it will be made
	case !info.Mode().IsRegular():
		l.fault(f, what+", is not a regular file", "move it away, or name another")
	case unix.Access(file, unix.R_OK|unix.W_OK) != nil:
		l.fault(f, what+", cannot be written to", "let this user write to it, or name another")
	}
}

// Files are the paths of the files that the configuration names: those of keys and certificates.
func (c *Config) Files() (paths []string) {
	for _, f := range c.files {
		if !slices.Contains(paths, f.path) {
			paths = append(paths, f.path)
		}
	}
	return paths
}

// FilesSum is a hash of what [Config.WithFiles] read; "" when that was nothing.
func (c *Config) FilesSum() string { return c.filesSum }

// WithFiles is a copy of c with the keys and certificates that stand in the files it names. read is
// [sourcefile.ReadPath] or stands in for it. With faults the copy is good for finding more of them.
func (c *Config) WithFiles(read func(path string) ([]byte, error)) (*Config, engine.Faults) {
	if len(c.files) == 0 {
		return c, nil
	}
	over, l := *c, loader{texts: map[string][]byte{}}
	all := sha256.New()
	for _, f := range c.files {
		text, err := read(f.path)
		if err != nil {
			hint := "let this user read it, or name another"
			if errors.Is(err, fs.ErrNotExist) {
				hint = "make it, or name another"
			}
			l.fault(f, "cannot be read: "+reason(err), hint)
			continue
		}
		l.texts[f.path] = text
		fmt.Fprintf(all, "%s %d ", f.path, len(text))
		all.Write(text)
	}
	over.filesSum = hex.EncodeToString(all.Sum(nil))
	over.AdminKeys = l.keys(c, c.AdminKeys)
	over.Clients = slices.Clone(c.Clients)
	for i := range over.Clients {
		over.Clients[i].Keys = l.keys(c, c.Clients[i].Keys)
	}
	l.distinct(c, over.Clients)
	over.Targets = slices.Clone(c.Targets)
	for i := range over.Targets {
		over.Targets[i].Keys = l.ownKeys(c, c.Targets[i].Keys)
	}
	over.TLS, over.AdminTLS = l.pair(c, c.TLS), l.pair(c, c.AdminTLS)
	return &over, l.faults
}

// loader takes what files hold into a configuration.
type loader struct {
	texts  map[string][]byte
	faults engine.Faults
}

func (l *loader) fault(f fileRef, message, hint string) {
	l.faults = append(l.faults, &engine.Fault{Position: f.at, Source: f.source, Message: f.path + " " + message, Hint: hint})
}

// keys puts what a file holds in the place of each key that names one.
func (l *loader) keys(c *Config, given []Key) (keys []Key) {
	for _, key := range given {
		text, read := l.texts[key.File]
		switch {
		case key.File == "":
			keys = append(keys, key)
		case read:
			keys = append(keys, l.lines(c.ref(key.File), text)...)
		}
	}
	return keys
}

// lines are the keys of callers in a file.
func (l *loader) lines(f fileRef, text []byte) (keys []Key) {
	for _, word := range l.words(f, text) {
		sum, problem := parseKey(word)
		if problem != nil {
			l.fault(f, problem.Message, problem.Hint)
			return nil
		}
		keys = append(keys, Key{Sum: sum, File: f.path})
	}
	return keys
}

// ownKeys puts what a file holds in the place of each key of a target's own that names one.
func (l *loader) ownKeys(c *Config, given []OwnKey) (keys []OwnKey) {
	for _, key := range given {
		if key.File == "" {
			keys = append(keys, key)
			continue
		}
		f := c.ref(key.File)
		text, read := l.texts[key.File]
		if !read {
			continue
		}
		for _, word := range l.words(f, text) {
			switch own := NewOwnKey(word); {
			case word == callerKey:
				l.fault(f, "holds the word "+callerKey+", which is no key", "write `key: client` in the configuration to forward the caller's own")
			case slices.Contains(keys, own):
				l.fault(f, "holds a key that the target has already", "list each once")
			default:
				keys = append(keys, own)
			}
		}
	}
	return keys
}

// words are the lines of a file of keys, without comments. Nothing that it holds may show in a fault.
func (l *loader) words(f fileRef, text []byte) (words []string) {
	for line := range bytes.Lines(text) {
		switch word := string(bytes.TrimSpace(line)); {
		case word == "" || strings.HasPrefix(word, "#"):
		case strings.ContainsFunc(word, unprintable):
			l.fault(f, "holds something that is no key", "write one key a line")
			return nil
		default:
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		l.fault(f, "holds no key", "write one key a line")
	}
	return words
}

// distinct reports a key that a file gives to a second client.
func (l *loader) distinct(c *Config, clients []Client) {
	owners := map[Sum]string{}
	for _, client := range clients {
		for _, key := range client.Keys {
			owner, twice := owners[key.Sum]
			if twice && owner != client.Name {
				f := c.ref(key.File)
				f.path = "the key " + key.Sum.Fingerprint()
				l.fault(f, fmt.Sprintf("is that of two clients, %s and %s", owner, client.Name), "give each its own")
			}
			owners[key.Sum] = client.Name
		}
	}
}

// ref is where the configuration names a file first.
func (c *Config) ref(path string) fileRef {
	for _, f := range c.files {
		if f.path == path {
			return f
		}
	}
	return fileRef{at: engine.Position{File: c.File}}
}

func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}
