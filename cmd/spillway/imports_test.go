package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// A tree is a package path and everything below it.
const (
	engineTree   = "spillway/engine"
	proxyTree    = "spillway/proxy"
	policiesTree = "spillway/policies"
	cmdTree      = "spillway/cmd"
	benchTree    = "spillway/bench"
)

// wrongArrows are the imports that must not be. What is not listed is allowed.
var wrongArrows = []struct {
	from, to string
	why      string
	inTests  bool // tests must not either
}{
	{engineTree, proxyTree, "the engine decides and knows nothing of who carries it out", true},
	{engineTree, policiesTree, "the engine runs whatever policies it is given", false},
	{engineTree, "net/http", "the engine knows nothing of HTTP", true},
	{engineTree, "github.com/valyala/fasthttp", "the engine knows nothing of HTTP", true},
	{proxyTree, policiesTree, "cmd hands the embedded policies over", false},
	{proxyTree, "github.com/dop251/goja", "the proxy never sees a JavaScript value", true},
	{proxyTree, "github.com/evanw/esbuild", "the proxy never sees a script", true},
	{policiesTree, proxyTree, "policies are files", false},
	{policiesTree, engineTree, "policies are files", false},
	{engineTree, cmdTree, "cmd wires, and nothing is wired to it", true},
	{proxyTree, cmdTree, "cmd wires, and nothing is wired to it", true},
	{policiesTree, cmdTree, "cmd wires, and nothing is wired to it", true},
	{engineTree, benchTree, "nobody imports bench", true},
	{proxyTree, benchTree, "nobody imports bench", true},
	{policiesTree, benchTree, "nobody imports bench", true},
	{cmdTree, benchTree, "nobody imports bench", true},
}

type listedPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// TestDirectionOfImports holds every package of the module against wrongArrows.
func TestDirectionOfImports(t *testing.T) {
	packages := listPackages(t)
	if len(packages) < 5 {
		t.Fatalf("only %d packages", len(packages))
	}
	for _, p := range packages {
		for _, arrow := range wrongArrows {
			if !inTree(p.ImportPath, arrow.from) {
				continue
			}
			imports := p.Imports
			if arrow.inTests {
				imports = append(append(imports, p.TestImports...), p.XTestImports...)
			}
			for _, imported := range imports {
				if inTree(imported, arrow.to) {
					t.Errorf("%s imports %s: %s", p.ImportPath, imported, arrow.why)
				}
			}
		}
	}
}

func inTree(path, tree string) bool { return path == tree || strings.HasPrefix(path, tree+"/") }

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "spillway/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listedPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
}
