package snapshot

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"spillway/engine"
	"spillway/engine/nearest"
	"spillway/engine/policyset"
	"spillway/engine/sourcefile"
	"spillway/proxy/config"
)

// Sources say where a snapshot comes from.
type Sources struct {
	// Config is the path of the configuration file; "" means there is none.
	Config string
	// Listen, Admin and Policies override what the file says; "" overrides nothing.
	Listen, Admin, Policies string
	// Embedded are the policies that serve when no folder is configured.
	Embedded fs.FS
}

// Read reads the configuration and the policies. When something is wrong with either, it says what else is.
func (s Sources) Read() (*Files, engine.Faults) {
	c, text, faults := s.loadConfig()
	if c == nil {
		return nil, faults
	}
	root, policies := "policies", s.Embedded
	if dir := c.PoliciesDir(); dir != "" {
		root, policies = AsWritten(dir), os.DirFS(dir)
	}
	f := &Files{Config: c, Text: text}
	f.env.Targets, f.env.Vars = c.Engine()
	var unread engine.Faults
	f.policies, unread = policyset.Read(root, policies)
	for _, fault := range unread {
		if fault.File == root {
			fault.Hint = beside(root)
		}
	}
	if faults = append(faults, unread...); len(faults) > 0 {
		faults = slices.Concat(faults, c.Unwritable(os.Getenv), f.unknownPolicies())
		slices.SortStableFunc(faults, func(a, b *engine.Fault) int { return cmp.Compare(a.Line, b.Line) })
		return nil, append(faults, f.policies.Compile()...)
	}
	return f, nil
}

// loadConfig is the configuration, as good as it can be read; nil when its file cannot.
func (s Sources) loadConfig() (c *config.Config, text []byte, faults engine.Faults) {
	c = config.Default()
	if s.Config != "" {
		file := AsWritten(s.Config)
		var err error
		if text, err = sourcefile.ReadPath(file); err != nil {
			return nil, nil, engine.Faults{{Position: engine.Position{File: file}, Message: "cannot be read: " + reason(err), Hint: beside(file)}}
		}
		c, faults = config.Parse(file, text, os.LookupEnv)
	}
	c, flags := c.With(s.Listen, s.Admin, s.Policies)
	if len(faults) == 0 { // else they may hold against what could not be read
		faults = flags
	}
	c, unread := c.WithFiles(sourcefile.ReadPath)
	return c, text, append(faults, unread...)
}

// AsWritten is a path as a person in the working directory would write it.
func AsWritten(name string) string {
	here, err := os.Getwd()
	if err != nil || !filepath.IsAbs(name) {
		return name
	}
	if short, err := filepath.Rel(here, name); err == nil && filepath.IsLocal(short) {
		return filepath.ToSlash(short)
	}
	return name
}

// beside is a hint at the name in the same folder that was probably meant.
func beside(name string) string {
	entries, _ := os.ReadDir(filepath.Dir(name)) // without a folder there is nothing like it
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if near := nearest.Name(filepath.Base(name), names); near != "" && near != filepath.Base(name) {
		return "did you mean " + filepath.Join(filepath.Dir(name), near) + "?"
	}
	return ""
}

func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}
