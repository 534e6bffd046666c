package project_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"spillway/cmd/spillway/project"
)

func TestWriteChangesNothingThatIsThere(t *testing.T) {
	all := []string{"spillway.yaml", "policies/mine.ts", "policies/mine.test.ts", "spillway.d.ts", "tsconfig.json"}
	for name, c := range map[string]struct{ there, written []string }{
		"an empty folder":           {nil, all},
		"a policy of the same name": {[]string{"policies/mine.ts"}, []string{"spillway.yaml", "policies/mine.test.ts", "spillway.d.ts", "tsconfig.json"}},
		"a project":                 {[]string{"spillway.yaml"}, []string{"spillway.d.ts", "tsconfig.json"}},
		"all of it":                 {all, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new", "project")
			for _, file := range c.there {
				file = filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			results, err := project.Write(dir, "types")
			if err != nil {
				t.Fatal(err)
			}
			var written []string
			for _, r := range results {
				if r.Wrote {
					written = append(written, r.File)
				}
			}
			if diff := cmp.Diff(c.written, written); diff != "" {
				t.Error(diff)
			}
			for _, file := range c.there {
				if text, err := os.ReadFile(filepath.Join(dir, file)); string(text) != "mine" {
					t.Errorf("%s is now %q, %v", file, text, err)
				}
			}
		})
	}
}
