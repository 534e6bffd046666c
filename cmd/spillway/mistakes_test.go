package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what is said into testdata/mistakes")

// took hides how long something took.
var took = regexp.MustCompile(`\d+\.\d\ds`)

// TestMistakes holds what people read who have got something wrong: each archive is a project, the command in its first line,
// and under "said" all that the command says. With -update it is written anew; read the diff as someone who made the mistake.
func TestMistakes(t *testing.T) {
	archives, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives, %v", err)
	}
	for _, name := range archives {
		name, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			command, _, _ := strings.Cut(string(archive.Comment), "\n")
			want, files := take(archive, "said")
			t.Chdir(t.TempDir())
			if err := txtar.Write(files, "."); err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			if code := run(strings.Fields(strings.TrimPrefix(command, "spillway ")), &said, &said); code == 0 {
				t.Error("it found no mistake")
			}
			got := took.ReplaceAllString(said.String(), "0.00s")
			if *update {
				files.Files = append(files.Files, txtar.File{Name: "said", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(files), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("said (-want +got):\n%s", diff)
			}
		})
	}
}

// take is the text of one file of an archive, and the archive without it.
func take(archive *txtar.Archive, name string) (text string, rest *txtar.Archive) {
	rest = &txtar.Archive{Comment: archive.Comment}
	for _, file := range archive.Files {
		if file.Name == name {
			text = string(file.Data)
		} else {
			rest.Files = append(rest.Files, file)
		}
	}
	return text, rest
}
