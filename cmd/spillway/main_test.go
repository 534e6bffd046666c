package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"spillway/engine/script"
	"spillway/proxy/simulate"
)

// asSpillway in the environment makes the test's binary behave as the command.
const asSpillway = "AS_SPILLWAY"

// TestMain lets scripts and tests run the real command.
func TestMain(m *testing.M) {
	if os.Getenv(asSpillway) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"spillway": main})
}

// TestScripts runs the command as a person does: see testdata.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}

// The same mistake gives the same exit code, whatever the command.
func TestExitCodes(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"wrong.yaml": "polcy: mine", "p.ts": `export function decide() { return { send: "claude" }; }`, "bad.ts": "}", "wrong.jsonl": "x\n", "log.jsonl": "",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for code, lines := range map[int]string{
		0: `check
			--help
			replay log.jsonl --policy p.ts`,
		exitWrong: `check --config wrong.yaml
			check --json --config wrong.yaml
			test --config wrong.yaml
			simulate wrong.yaml
			simulate brownout --policy bad.ts
			replay log.jsonl --policy bad.ts
			replay wrong.jsonl --policy p.ts`,
		exitUsage: `nope
			run --config nope.yaml
			check --config nope.yaml
			test --config nope.yaml
			explain id --config nope.yaml
			replay log.jsonl --policy p.ts --config nope.yaml
			run --policies nope
			check --policies p.ts
			test --policies nope
			test nope
			test p.ts/nope
			simulate nope
			simulate .
			simulate brownout --policy nope.ts
			simulate brownout --policy .
			replay log.jsonl --policy nope.ts
			replay log.jsonl --policy .
			replay nope.jsonl --policy p.ts
			replay . --policy p.ts
			run --listen nope
			check --admin nope
			run --access-log nope/log
			explain a/b
			explain ''
			init p.ts
			init ''
			replay - - --policy p.ts
			simulate brownout --policy naive --policy naive
			demo --for 0s`,
	} {
		for line := range strings.Lines(lines) {
			if got := run(arguments(line), io.Discard, io.Discard); got != code {
				t.Errorf("%s: exit code %d, want %d", strings.TrimSpace(line), got, code)
			}
		}
	}
}

// A result that nobody gets is no success.
func TestFullDisk(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, command := range []string{"key", "check", "check --json", "types", "version"} {
		full, write := io.Pipe()
		_ = full.Close()
		if got := run(strings.Fields(command), write, io.Discard); got != exitWrong {
			t.Errorf("%s: exit code %d", command, got)
		}
	}
}

// arguments are the words of a line; ” is an empty one.
func arguments(line string) []string {
	words := strings.Fields(line)
	for i := range words {
		words[i] = strings.Trim(words[i], "'")
	}
	return words
}

func TestRunServesUntilItIsTold(t *testing.T) {
	command := exec.Command(os.Args[0], "run", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	command.Env, command.Dir = append(os.Environ(), asSpillway+"=1"), t.TempDir()
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	log := bufio.NewReader(stderr)
	up, err := log.ReadString('\n')
	if err != nil || !strings.Contains(up, "ANTHROPIC_BASE_URL=http://127.0.0.1:") {
		t.Errorf("it does not say where it is: %q, %v", up, err)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(log)
	if err := command.Wait(); err != nil || !strings.Contains(string(rest), "nothing was cut") {
		t.Errorf("it ended with %v and said\n%s", err, rest)
	}
}

// The types offer the metrics that there are.
func TestTypesListEveryMetric(t *testing.T) {
	_, union, _ := strings.Cut(script.Types(), "export type Metric =")
	union, _, _ = strings.Cut(union, ";")
	var offered []string
	for word := range strings.SplitSeq(union, `"`) {
		if word != "" && !strings.Contains(word, " ") {
			offered = append(offered, word)
		}
	}
	known := simulate.Metrics()
	slices.Sort(offered)
	slices.Sort(known)
	if diff := cmp.Diff(known, offered); diff != "" {
		t.Errorf("type Metric (-Go +TypeScript):\n%s", diff)
	}
}
