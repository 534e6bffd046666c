package runtime_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"spillway/engine"
	"spillway/engine/runtime"
	"spillway/engine/script"
)

// TestCoverage compiles a policy in which /*+*/ stands before what one decision runs, and /*-*/ before what it does not.
func TestCoverage(t *testing.T) {
	const policy = `
import { other } from "./lib/other"; import { backoff } from "spillway";
const table = [1, 2].map((n) => /*+*/n * 2);
export default {
  decide(request, attempts, ctx) {
    /*+*/let wait = 0; /*+*/for (const n of table) /*+*/wait += n;
    if (/*+*/attempts.length > 8) /*-*/return { fail: "last" };
    else if (attempts.length > 7) { /*-*/wait = 1; }
    else /*+*/wait++;
    /*+*/switch (wait) { case 1: /*-*/wait = 2; /*-*/break; default: /*+*/wait += 1; }
    /*+*/try { /*+*/JSON.parse("{"); /*-*/wait = 9; } catch { /*+*/wait++; }
    function inner(a = () => /*-*/1) { /*-*/return a; }
    /*+*/const pick = (x) => /*-*/x;
    /*+*/while (wait < 0) /*-*/wait++;
    /*+*/return wait > 100 ? /*-*/{ send: pick("b"), after: backoff(1) } : /*+*/other("claude");
  },
};
`
	const other = `export const other = (send: string) => (/*+*/{ send });
export class Unused { run() { /*-*/return 1; } }
export function unused() {
  /*-*/return { send: "x" };
}
export const _keep = [Unused, unused].length;
`
	files := fstest.MapFS{"p.ts": {Data: []byte(policy)}, "lib/other.ts": {Data: []byte(other)}}
	program, faults := script.Folder{FS: files}.CompileCovered("p.ts")
	if faults != nil {
		t.Fatal(faults)
	}
	p, fault := runtime.New(program, engine.Environment{Targets: []engine.Target{{Name: "claude", Dialect: engine.Anthropic}}}, runtime.Limits{})
	if fault != nil {
		t.Fatal(fault.Frame())
	}
	defer p.Close()
	d := p.Decide(engine.Input{})
	if d.Fault != nil || d.Action.Send == nil || d.Action.Send.Target != "claude" || d.At.Line != 15 {
		t.Fatalf("decided %+v at %s: %v", d.Action, d.At, d.Fault)
	}
	got := map[string]int{}
	program.Coverage().Each(func(at engine.Position, hit bool) { got[fmt.Sprint(at, hit)]++ })
	want := map[string]int{}
	for file, source := range map[string]string{"p.ts": policy, "lib/other.ts": other} {
		for n, line := range strings.Split(source, "\n") {
			for mark, hit := range map[string]bool{"/*+*/": true, "/*-*/": false} {
				for i := 0; ; {
					at := strings.Index(line[i:], mark)
					if at < 0 {
						break
					}
					i += at + len(mark)
					want[fmt.Sprint(engine.Position{File: file, Line: n + 1, Column: i + 1}, hit)]++
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
