package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"spillway/proxy/simtarget"
)

// Clients that send one request after the other, on connections that they keep, notice nothing of three restarts, and of one
// before them that fails.
func TestRestartWithoutAGap(t *testing.T) {
	target, err := simtarget.Start(simtarget.Config{Keep: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	dir := t.TempDir()
	config := fmt.Sprintf("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\ntargets: { a: { dialect: anthropic, url: %q, key: k } }\nlimits: { decide: 5s }\n", target.URL())
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "spillway.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(config)
	pidFile := filepath.Join(dir, "pid")
	command := exec.Command(os.Args[0], "run", "--pid-file", pidFile)
	command.Env, command.Dir = append(os.Environ(), asSpillway+"=1"), dir
	log, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		if text, err := os.ReadFile(pidFile); err == nil && t.Failed() {
			pid, _ := strconv.Atoi(string(text))
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	lines := make(chan string, 1000)
	go func() {
		for scanner := bufio.NewScanner(log); scanner.Scan(); {
			lines <- scanner.Text()
		}
		close(lines)
	}()
	// until is the next line that says something; all processes write to one log.
	until := func(says string) string {
		for line := range lines {
			if strings.Contains(line, says) {
				return line
			}
		}
		t.Fatalf("it never says %q", says)
		return ""
	}
	url := regexp.MustCompile(`clients=(\S+)`).FindStringSubmatch(until("spillway is up"))[1]

	var served atomic.Int64
	var done atomic.Bool
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			for !done.Load() {
				if err := ask(client, url); err != nil {
					t.Error(err)
					return
				}
				served.Add(1)
			}
		})
	}
	process := func() *os.Process {
		text, err := os.ReadFile(pidFile)
		if err != nil {
			t.Fatal(err)
		}
		pid, _ := strconv.Atoi(string(text))
		p, _ := os.FindProcess(pid)
		return p
	}
	first := process().Pid
	write("targets: none")
	if err := process().Signal(syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	until("no new process took over; this one serves on")
	if err := ask(http.DefaultClient, url); err != nil || process().Pid != first {
		t.Errorf("after a successor that did not start: %v, process %d in place of %d", err, process().Pid, first)
	}
	write(config)
	for range 3 {
		before := served.Load()
		for served.Load() < before+20 && !t.Failed() {
			_ = ask(http.DefaultClient, url)
		}
		if err := process().Signal(syscall.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		until("stopped, nothing was cut")
	}
	done.Store(true)
	clients.Wait()
	last := process()
	if last.Pid == first {
		t.Error("the first process serves on")
	}
	t.Logf("%d requests over three restarts", served.Load())
	if err := last.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	until("stopped, nothing was cut")
	_ = command.Wait()
}

// ask sends a streaming request, which the client may not repeat, and reads its answer to the end.
func ask(client *http.Client, url string) error {
	const body = `{"model":"claude-opus-5-5","max_tokens":10,"stream":true,"messages":[{"role":"user","content":"hello"}]}`
	req, err := http.NewRequest(http.MethodPost, url+"/v1/messages", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.GetBody = nil
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Anthropic-Version", "2023-06-01")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || !strings.Contains(string(text), "message_stop") {
		return fmt.Errorf("%d %w %s", resp.StatusCode, err, text)
	}
	return nil
}
