package config_test

import (
	"bufio"
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"spillway/proxy/config"
)

var update = flag.Bool("update", false, "write the faults that are found into testdata")

// TestFaults parses spillway.yaml of every archive in testdata, with the variables in env, and compares the faults.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, faults := config.Parse("spillway.yaml", section(archive, "spillway.yaml"), environment(section(archive, "env")))
			var got strings.Builder
			for _, f := range faults {
				got.WriteString(f.Frame())
			}
			if *update {
				write(t, file, archive, got.String())
				return
			}
			if diff := cmp.Diff(string(section(archive, "faults")), got.String()); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func section(a *txtar.Archive, name string) []byte {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

// environment looks variables up in lines of NAME=value.
func environment(lines []byte) func(string) (string, bool) {
	vars := map[string]string{}
	for s := bufio.NewScanner(bytes.NewReader(lines)); s.Scan(); {
		name, value, _ := strings.Cut(s.Text(), "=")
		vars[name] = value
	}
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

func write(t *testing.T, file string, a *txtar.Archive, faults string) {
	t.Helper()
	for i := range a.Files {
		if a.Files[i].Name == "faults" {
			a.Files[i].Data = []byte(faults)
		}
	}
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}
