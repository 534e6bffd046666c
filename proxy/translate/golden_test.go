package translate_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/model"
	"spillway/proxy/translate"
)

var update = flag.Bool("update", false, "write what the translations are now into testdata")

// golden is an archive of testdata: its first files are what is given, and the others what must come of it.
type golden struct {
	name  string
	given map[string]string
	files []txtar.File
}

// eachGolden runs a test for every archive of a folder. The files that it returns are what came; an empty one is left out.
func eachGolden(t *testing.T, folder string, given []string, run func(t *testing.T, g golden) []txtar.File) {
	t.Helper()
	paths, err := filepath.Glob("testdata/" + folder + "/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives in %s: %v", folder, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			g := golden{name: path, given: map[string]string{}}
			want := string(txtar.Format(archive))
			for i, f := range archive.Files {
				for _, name := range given {
					if _, twice := g.given[name]; f.Name == name && !twice && (i == 0 || !isOutcome[name]) {
						g.given[name] = string(f.Data)
						g.files = append(g.files, f)
					}
				}
			}
			now := &txtar.Archive{Comment: archive.Comment, Files: g.files}
			for _, f := range run(t, g) {
				if len(f.Data) > 0 {
					now.Files = append(now.Files, f)
				}
			}
			switch got := txtar.Format(now); {
			case *update:
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			case string(got) != want:
				t.Errorf("(-want +got):\n%s", cmp.Diff(want, string(got)))
			}
		})
	}
}

// isOutcome are names that a file has whether it is given or comes: only an archive's first file is given.
var isOutcome = map[string]bool{"message": true, "completion": true}

// to is what a golden says of where its request goes, in JSON.
type to struct {
	Server, Model string
	MaxTokens     int
}

func (g golden) target(t *testing.T) translate.Target {
	t.Helper()
	var says to
	if text := g.given["target"]; text != "" {
		if err := json.Unmarshal([]byte(text), &says); err != nil {
			t.Fatal(err)
		}
	}
	return translate.Target{Server: model.FindServer(says.Server, ""), Model: model.Find(says.Model), MaxTokens: says.MaxTokens}
}

func parse(t testing.TB, api engine.API, body string) *dialect.Call {
	t.Helper()
	endpoint := dialect.Messages
	if api == engine.OpenAI {
		endpoint = dialect.ChatCompletions
	}
	call, problem := dialect.Parse(api, endpoint, []byte(body))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	return call
}

// pretty is JSON as a person reads it, in its own order.
func pretty(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// home is what the answers of goldens are told beside their own words.
var home = translate.Home{ID: "req_1", Created: 1_700_000_000, Model: "the-model"}
