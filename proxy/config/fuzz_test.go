package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"spillway/proxy/config"
)

// FuzzParse wants either a configuration that can be used or faults that can be shown, and no variable's value in them.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(section(archive, "spillway.yaml")))
	}
	f.Add(everyKey)
	const value = "value-of-a-variable"
	f.Fuzz(func(t *testing.T, text string) {
		c, faults := config.Parse("spillway.yaml", []byte(text), func(name string) (string, bool) { return value, len(name) < 20 })
		if len(faults) > 101 {
			t.Fatalf("%d faults", len(faults))
		}
		for _, fault := range faults {
			if shown := fault.Frame(); strings.Contains(shown, value) && !strings.Contains(text, value) {
				t.Fatalf("a variable shows in %s", shown)
			}
		}
		over, _ := c.With("", "", "")
		over.WithFiles(func(string) ([]byte, error) { return nil, os.ErrNotExist })
		if len(faults) == 0 && (len(c.Targets) == 0 || c.Listen == c.Admin && !strings.HasSuffix(c.Listen, ":0")) {
			t.Fatalf("unusable %+v", c)
		}
	})
}
