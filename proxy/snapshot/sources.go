package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"spillway/engine"
	"spillway/engine/nearest"
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

// Read reads the configuration, and finds the policies.
func (s Sources) Read() (*Files, engine.Faults) {
	c, text, faults := s.loadConfig()
	if len(faults) > 0 {
		return nil, faults
	}
	f := &Files{Config: c, Text: text, root: "policies", policies: s.Embedded}
	if dir := c.PoliciesDir(); dir != "" {
		f.root, f.policies = asWritten(dir), os.DirFS(dir)
	}
	f.env.Targets, f.env.Vars = c.Engine()
	return f, nil
}

func (s Sources) loadConfig() (*config.Config, []byte, engine.Faults) {
	c, text := config.Default(), []byte(nil)
	if s.Config != "" {
		file := asWritten(s.Config)
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return nil, nil, engine.Faults{{Position: engine.Position{File: file}, Message: "cannot be read: " + reason(err), Hint: beside(file)}}
		}
		var faults engine.Faults
		if c, faults = config.Parse(file, text, os.LookupEnv); len(faults) > 0 {
			return nil, nil, faults
		}
	}
	c, faults := c.With(s.Listen, s.Admin, s.Policies)
	if len(faults) == 0 {
		c, faults = c.WithFiles(os.ReadFile)
	}
	return c, text, faults
}

// asWritten is a path as a person in the working directory would write it.
func asWritten(name string) string {
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
