package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWatchTestsAgainAfterAChange(t *testing.T) {
	dir := t.TempDir()
	policy := filepath.Join(dir, "mine.ts")
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(policy, `export function decide() { return { send: "claude" } }`)
	write(filepath.Join(dir, "mine.test.ts"), `export default [{ name: "row", want: { send: "claude" } }]`)
	command := exec.Command(os.Args[0], "test", "--watch", dir)
	command.Env, command.Dir = append(os.Environ(), asSpillway+"=1"), dir
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	said := func() string {
		var text strings.Builder
		for lines.Scan() && !strings.Contains(lines.Text(), "waiting for changes") {
			text.WriteString(lines.Text() + "\n")
		}
		return text.String()
	}
	if text := said(); !strings.HasPrefix(text, "ok") || strings.Contains(text, "\x1b") {
		t.Errorf("at first: %q", text)
	}
	write(policy, `export function decide() { return { send: "openai" } }`)
	if text := said(); !strings.Contains(text, `mine.test.ts:1:40: send: want "claude", got "openai"`) {
		t.Errorf("after the change: %q", text)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Error(err)
	}
}
