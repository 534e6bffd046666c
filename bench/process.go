package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// process is a child that serves on an address.
type process struct {
	address string
	admin   string // Spillway's second address; "" for the others
	log     string // file that has what the process printed
	command *exec.Cmd
	exited  chan struct{}
}

// usage is what a process has spent since it began, and what it holds now.
type usage struct {
	cpu time.Duration // user and system, in steps of 10 ms
	rss int64         // bytes of memory that are resident
}

// start runs a program and returns when it accepts connections on address. The child is killed when ctx ends.
func start(ctx context.Context, log, address, program string, args ...string) (*process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &process{address: address, log: log, exited: make(chan struct{})}
	p.command = exec.CommandContext(ctx, program, args...)
	p.command.Stdout, p.command.Stderr = out, out
	p.command.Dir = filepath.Dir(log) // nothing of the caller's folder may configure it
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.command.Wait() // killed, as a rule
		close(p.exited)
	}()
	if err := p.ready(10 * time.Second); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *process) ready(patience time.Duration) error {
	for limit := time.Now().Add(patience); time.Now().Before(limit); {
		if conn, err := net.Dial("tcp", p.address); err == nil {
			return conn.Close()
		}
		select {
		case <-p.exited:
			return fmt.Errorf("%s ended at once:\n%s", p.command.Path, p.tail())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s does not accept connections on %s:\n%s", p.command.Path, p.address, p.tail())
}

// tail is the end of what the process printed.
func (p *process) tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// stop ends the process at once and waits until it is gone.
func (p *process) stop() {
	_ = p.command.Process.Kill() // it may have ended already
	<-p.exited
}

func (p *process) usage() (usage, error) {
	return usageOf(strconv.Itoa(p.command.Process.Pid))
}

// usageOf reads /proc (proc(5)); pid is a number or "self".
func usageOf(pid string) (usage, error) {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return usage{}, fmt.Errorf("read what a process spent (needs Linux): %w", err)
	}
	cpu, err := parseCPU(string(stat))
	if err != nil {
		return usage{}, err
	}
	// status and stat have a faster count of resident pages that may be off by megabytes; this one walks them.
	rollup, err := os.ReadFile("/proc/" + pid + "/smaps_rollup")
	if err != nil {
		return usage{}, err
	}
	rss, err := parseRSS(rollup)
	return usage{cpu, rss}, err
}

// parseCPU adds utime and stime, fields 14 and 15, which the kernel gives in hundredths of a second whatever its own
// tick is. Field 2, the program's name, may itself contain blanks and parentheses.
func parseCPU(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("no CPU time in %q", stat)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err, err2)
}

func parseRSS(rollup []byte) (int64, error) {
	for line := range bytes.Lines(rollup) {
		if value, ok := bytes.CutPrefix(line, []byte("Rss:")); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(string(value)), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no Rss in smaps_rollup")
}

// freeAddress is a loopback address that nobody listened on a moment ago.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
