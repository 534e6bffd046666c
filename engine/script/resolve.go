package script

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"

	"spillway/engine/nearest"
)

// esbuild writes a module's namespace in front of its path, with a colon, wherever it names the module.
const (
	policyNamespace  = "policy"
	LibraryNamespace = "library"
	policyPrefix     = policyNamespace + ":"
	libraryPrefix    = LibraryNamespace + ":"
)

// LibraryName is what policies import the library by, and the file in positions inside it.
const LibraryName = "spillway"

// ImportHint is the advice for a policy that imports what it cannot.
const ImportHint = `use a static import of a relative file ("./lib/name") or of "spillway"`

// loaders says which files are modules, by extension.
var loaders = map[string]api.Loader{".ts": api.LoaderTS, ".js": api.LoaderJS, ".json": api.LoaderJSON}

// resolver lets esbuild see the files of one file system and the library, and nothing else.
type resolver struct {
	files fs.FS
}

func (r resolver) setup(build api.PluginBuild) {
	build.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		return r.resolve(args), nil
	})
	build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: policyNamespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
		return r.load(args.Path), nil
	})
	build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: LibraryNamespace}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
		return api.OnLoadResult{Contents: &library, Loader: api.LoaderJS}, nil
	})
}

// resolve finds the module that an import means, or says why there is none.
func (r resolver) resolve(args api.OnResolveArgs) api.OnResolveResult {
	name := args.Path
	switch {
	case args.Kind == api.ResolveEntryPoint:
		return api.OnResolveResult{Path: path.Clean(name), Namespace: policyNamespace} // esbuild puts ./ in front of what is also in the working directory
	case args.Kind == api.ResolveJSRequireCall:
		return refuse("a policy has no require", ImportHint)
	case args.Kind == api.ResolveJSDynamicImport:
		return refuse("a policy cannot load modules while it runs", ImportHint)
	case name == LibraryName:
		return api.OnResolveResult{Path: LibraryName, Namespace: LibraryNamespace}
	case !strings.HasPrefix(name, "./") && !strings.HasPrefix(name, "../"):
		hint := ImportHint
		if nearest.Name(name, []string{LibraryName}) != "" {
			hint = fmt.Sprintf("did you mean %q?", LibraryName)
		}
		return refuse(fmt.Sprintf("cannot import %q: a policy has no packages, files or network", name), hint)
	}
	target := path.Join(path.Dir(args.Importer), name)
	if !fs.ValidPath(target) {
		return refuse(fmt.Sprintf("cannot import %q: it is outside of the policies' folder", name), "copy what you need into the folder, for example into lib/")
	}
	if found, ok := r.find(target); ok {
		return api.OnResolveResult{Path: found, Namespace: policyNamespace}
	}
	return refuse(fmt.Sprintf("cannot find %q", name), r.similar(target))
}

// find is the file that a path without or with the wrong extension means: TypeScript's own tools ask people to import
// "./x.js" for what is written in x.ts.
func (r resolver) find(target string) (string, bool) {
	for _, name := range []string{target, target + ".ts", target + ".js", strings.TrimSuffix(target, ".js") + ".ts"} {
		if _, known := loaders[path.Ext(name)]; !known {
			continue
		}
		if _, err := fs.ReadFile(r.files, name); !errors.Is(err, fs.ErrNotExist) {
			return name, true
		}
	}
	return "", false
}

// similar is a hint at the file that was probably meant.
func (r resolver) similar(target string) string {
	entries, err := fs.ReadDir(r.files, path.Dir(target))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("there is no folder %q here", path.Dir(target))
	}
	var names []string
	for _, entry := range entries {
		if _, known := loaders[path.Ext(entry.Name())]; known {
			names = append(names, strings.TrimSuffix(entry.Name(), path.Ext(entry.Name())))
		}
	}
	base := strings.TrimSuffix(path.Base(target), path.Ext(target))
	if name := nearest.Name(base, names); name != "" && name != base {
		return fmt.Sprintf("did you mean %q?", name)
	}
	return "modules are .ts, .js and .json files"
}

// load reads a module.
func (r resolver) load(name string) api.OnLoadResult {
	loader, known := loaders[path.Ext(name)]
	if !known {
		loader = api.LoaderTS
	}
	text, err := fs.ReadFile(r.files, name)
	if err != nil {
		return api.OnLoadResult{Errors: []api.Message{{Text: err.Error()}}}
	}
	if !utf8.Valid(text) { // goja's reader of regular expressions never comes back from it
		return api.OnLoadResult{Errors: []api.Message{{Text: fmt.Sprintf("%q is not UTF-8 text", name), Detail: "save it as UTF-8"}}}
	}
	contents := string(text)
	return api.OnLoadResult{Contents: &contents, Loader: loader}
}

func refuse(message, hint string) api.OnResolveResult {
	return api.OnResolveResult{Errors: []api.Message{{Text: message, Detail: hint}}}
}
