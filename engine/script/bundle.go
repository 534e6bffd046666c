package script

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/go-sourcemap/sourcemap"

	"spillway/engine"
)

// bundled is one script made of an entry and all that it imports, with the way back.
type bundled struct {
	code   string
	source *sourceMap
}

// bundle runs esbuild over the entry. It reads nothing but files.
func bundle(files Folder, entry string) (bundled, engine.Faults) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{entry},
		Bundle:      true,
		Outfile:     "policy.js",
		Format:      api.FormatIIFE,
		GlobalName:  "exports",
		Platform:    api.PlatformNeutral,
		// goja runs all of ES2022 itself but what follows; whatever is lowered runs slower.
		Target:         api.ES2022,
		Supported:      map[string]bool{"async-generator": false, "for-await": false, "dynamic-import": false},
		Sourcemap:      api.SourceMapExternal,
		SourcesContent: api.SourcesContentInclude,
		LegalComments:  api.LegalCommentsNone,
		LogLevel:       api.LogLevelSilent,
		TsconfigRaw:    "{}",
		Plugins:        []api.Plugin{{Name: "policies", Setup: resolver{files.FS}.setup}},
	})
	if len(result.Errors) > 0 {
		return bundled{}, files.faultsOf(entry, result.Errors)
	}
	made := bundled{source: &sourceMap{files: files}}
	for _, file := range result.OutputFiles {
		if !strings.HasSuffix(file.Path, ".map") {
			made.code = string(file.Contents)
		} else if consumer, err := sourcemap.Parse("", file.Contents); err == nil { // a map of nothing at all does not parse
			made.source.consumer = consumer
		}
	}
	return made, nil
}

// faultsOf translates esbuild's messages. esbuild counts columns from 0, in bytes.
func (f Folder) faultsOf(entry string, messages []api.Message) engine.Faults {
	faults := make(engine.Faults, len(messages))
	for i, m := range messages {
		fault := &engine.Fault{Position: engine.Position{File: f.below(entry)}, Message: lowerFirst(m.Text)}
		fault.Message = strings.NewReplacer(policyPrefix, "", libraryPrefix, "").Replace(fault.Message)
		if at := m.Location; at != nil {
			fault.Position = engine.Position{File: f.plainName(at.File), Line: at.Line, Column: at.Column + 1}
			fault.Source = at.LineText
			fault.Hint = hintFor(m.Text, at)
		}
		if hint, ok := m.Detail.(string); ok {
			fault.Hint = hint
		}
		if strings.HasPrefix(m.Text, "Top-level await") || strings.HasPrefix(m.Text, `"await" can only`) {
			fault.Message, fault.Hint = "a policy cannot await", WaitHint
		}
		faults[i] = fault
	}
	return faults
}

var (
	unexpected = regexp.MustCompile(`^Expected "(.)" but found "(.*)"$`)
	wordLike   = regexp.MustCompile("^[\\w$\"'`]")
)

// hintFor is advice for a fault that esbuild found.
func hintFor(message string, at *api.Location) string {
	switch {
	case strings.HasPrefix(strings.TrimSpace(at.LineText), "#"):
		return "a comment begins with //"
	case message == "Unterminated string literal":
		return "a text ends with the quote that it began with, on the same line"
	}
	tokens := unexpected.FindStringSubmatch(message)
	switch {
	case tokens == nil && at.Suggestion != "":
		return fmt.Sprintf("did you mean %q?", at.Suggestion)
	case tokens == nil:
		return ""
	case (tokens[1] == "}" || tokens[1] == "]") && wordLike.MatchString(tokens[2]):
		return fmt.Sprintf("is a comma missing before %q?", tokens[2])
	case tokens[1] == ";":
		return ""
	}
	return fmt.Sprintf("is a %q missing before it?", tokens[1])
}
