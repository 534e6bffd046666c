package simulate_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"spillway/policies"
	"spillway/proxy/simulate"
)

var update = flag.Bool("update", false, "write the faults that are found into testdata")

// TestFaults parses scenario.yaml of every archive in testdata, and compares the faults.
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
			_, faults := simulate.Parse("scenario.yaml", archive.Files[0].Data)
			var got strings.Builder
			for _, f := range faults {
				got.WriteString(f.Frame())
			}
			if *update {
				archive.Files[1].Data = []byte(got.String())
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got.String()); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzParse wants either a scenario or faults that can be shown.
func FuzzParse(f *testing.F) {
	f.Add(small)
	for _, name := range simulate.Shipped(policies.Scenarios()) {
		text, err := os.ReadFile("../../policies/scenarios/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, faults := simulate.Parse("scenario.yaml", []byte(text))
		if (s == nil) != (len(faults) > 0) {
			t.Fatalf("scenario %v and faults %v", s, faults)
		}
		for _, fault := range faults {
			_ = fault.Frame()
		}
		if s != nil {
			s.Spans()
		}
	})
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine.yaml")
	if err := os.WriteFile(mine, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"brownout":             "brownout",
		mine:                   "mine",
		"brownuot":             `there is no such scenario: brownuot is neither a file nor the name of a shipped one (did you mean "brownout"?)`,
		dir + "/brownuot.yaml": "there is no such scenario: " + dir + `/brownuot.yaml is neither a file nor the name of a shipped one (did you mean "brownout"?)`,
		dir:                    "read the scenario: read " + dir + ": it is a folder",
	} {
		s, err := simulate.Find(name, policies.Scenarios())
		switch {
		case err != nil && err.Error() != want:
			t.Errorf("%s: %v, want %s", name, err, want)
		case err == nil && s.Name != want:
			t.Errorf("%s: %s, want %s", name, s.Name, want)
		}
	}
}
