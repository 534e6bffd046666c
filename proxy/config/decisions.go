package config

import (
	"path/filepath"

	"spillway/proxy/form"
)

// Decisions say where the decision log goes. The zero value means that there is none.
type Decisions struct {
	// File is the log's path as written; see [Config.DecisionsFile].
	File string
	// MaxSize is how many bytes the file may have before it becomes FILE.1.
	MaxSize int64
	// Keep is how many older files stay beside it.
	Keep int
}

func (c *Config) readDecisions(r *form.Report, n *form.Node) (Decisions, bool) {
	d := Decisions{MaxSize: 100_000_000, Keep: 5}
	s := form.Open(r, n)
	file := form.Read(s, "file", &d.File, form.ReadText)
	if c.decisions = placeOf(r, file); file == nil {
		s.Missing(n, "file", "name the file that decisions are written to, such as ./decisions.jsonl")
	}
	form.Scalar(s, "max_size", &d.MaxSize, form.Size)
	form.Scalar(s, "keep", &d.Keep, form.Count)
	return d, s.Close()
}

// DecisionsFile is the path of the decision log, with a relative one taken from the configuration file's folder; "" means that
// there is none.
func (c *Config) DecisionsFile() string {
	if c.Decisions.File == "" || filepath.IsAbs(c.Decisions.File) {
		return c.Decisions.File
	}
	return filepath.Join(filepath.Dir(c.File), c.Decisions.File)
}
